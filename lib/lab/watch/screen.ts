import type { Console, Reporter } from "../../app/mod.ts";

/** Characters of a line that has no end, which is shown all the same. */
const LONGEST = 65_536;

type Output = "stdout" | "stderr";

/** Where the picture and what the programs print stand one below the other, each line whole. */
export class Screen implements Disposable {
  readonly #reporter: Reporter;
  readonly #console?: Console;
  /** Whether what the programs write to stderr is seen at the same place. */
  readonly #sharesTerminal = Deno.stdout.isTerminal() && Deno.stderr.isTerminal();
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  /** What has no end yet of the line that is being written. */
  readonly #rest = { stdout: "", stderr: "" };

  /** @param console where somebody types, if that is a terminal */
  constructor(reporter: Reporter, console?: Console) {
    this.#reporter = reporter;
    this.#console = console;
  }

  /** Writes whole lines of the picture. */
  draw(lines: string): void {
    if (!lines) return;
    if (this.#console) this.#console.print(lines.replace(/\n$/, ""));
    else this.#reporter.write(lines);
  }

  /** Writes what a program has printed: whole lines, and the rest as soon as it is one, or as what somebody is asked. */
  print(output: Output, bytes: Uint8Array): void {
    const text = this.#decoders[output].decode(bytes, { stream: true });
    if (output === "stderr" && !this.#sharesTerminal) return this.#reporter.note(text);
    const all = this.#rest[output] + text;
    const end = all.length > LONGEST ? all.length : all.lastIndexOf("\n") + 1;
    this.#rest[output] = all.slice(end);
    if (this.#console) this.#ask(this.#rest[output]);
    this.draw(all.slice(0, end));
  }

  /** Somebody has answered what they were asked: they have typed a line, or Ctrl-C. */
  answered(): void {
    this.#rest.stdout = this.#rest.stderr = "";
    this.#console?.retitle("");
  }

  /** Writes what has no end and won't get one. */
  [Symbol.dispose](): void {
    const rest = this.#rest.stdout + this.#rest.stderr;
    this.#console?.retitle("");
    if (rest) this.draw(`${rest}\n`);
    this.#console?.close();
  }

  #ask(prompt: string): void {
    this.#console!.retitle(prompt);
    if (prompt) this.#console!.prompt();
  }
}
