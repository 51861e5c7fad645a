import { testUnless, whyOtherDeno } from "./binary.ts";
import { has } from "./machine.ts";
import { pinwireCommand } from "./pinwire.ts";
import { Process, run } from "./process.ts";

/** A test of what a terminal emulator shows, which wraps lines anew when its size changes. */
export function emulated(name: string, fn: () => Promise<void>): void {
  const why = whyOtherDeno("doesn't tell of a terminal's new size");
  testUnless(why, `${name} (needs tmux)`, fn, !has("tmux"));
}

/** Pinwire on a terminal of tmux. It is talked to in tmux's control mode (tmux(1)), which tells whenever something is drawn. */
export class Emulator implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "pinwire-" });
  readonly #socket = `${this.#folder}/tmux`;
  readonly #control: Process;
  readonly #ready: Promise<void>;

  constructor(args: string[], columns: number, env: Record<string, string> = {}) {
    const command = pinwireCommand(args).map((word) => `'${word}'`).join(" ");
    // It begins once it has been told how wide its terminal is, which at first is as wide as tmux takes us for.
    // What it leaves on the screen stays there until we go.
    const session = ["new-session", `tmux wait-for sized; ${command}; exec tmux wait-for over`];
    this.#control = new Process("tmux", ["-u", "-S", this.#socket, "-f", "/dev/null", "-C", ...session], {
      env: { ...env, LC_ALL: "C.UTF-8" },
    });
    this.#ready = this.#begin(columns);
    // Whoever waits for it gets the rejection.
    this.#ready.catch(() => {});
  }

  /** Types text, which has no `'` in it. */
  type(text: string): Promise<void> {
    return this.#say(`send-keys -l '${text}'\n`);
  }

  /** Presses keys, by tmux's names. */
  press(...keys: string[]): Promise<void> {
    return this.#say(`send-keys ${keys.join(" ")}\n`);
  }

  /** Makes the terminal so wide, and waits until something has been drawn because of it, if that is to be. */
  async resize(columns: number, draws = true): Promise<void> {
    await this.#say(`resize-window -x ${columns} -y 24\ndisplay-message -p resized:\n`);
    while (await this.#control.line() !== "resized:");
    if (draws) await this.#drawn();
  }

  /** Waits until the text of the screen, and of what was scrolled out of it, matches; gives its rows. */
  async shows(pattern: RegExp): Promise<string[]> {
    for (;;) {
      const rows = await this.#capture();
      if (pattern.test(rows.join("\n"))) return rows;
      await this.#drawn();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It stays behind a client that is killed.
    await run("tmux", ["-S", this.#socket, "kill-server"]);
    await this.#control[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #begin(columns: number): Promise<void> {
    // A command that comes before the session is there has no target.
    while (!(await this.#control.line()).startsWith("%session-changed"));
    await this.#control.write(`resize-window -x ${columns} -y 24\nwait-for -S sized\n`);
  }

  async #say(commands: string): Promise<void> {
    await this.#ready;
    await this.#control.write(commands);
  }

  async #drawn(): Promise<void> {
    while (!(await this.#control.line()).startsWith("%output"));
  }

  async #capture(): Promise<string[]> {
    // The rows stand between the lines %begin and %end of our command; that of other commands is empty.
    await this.#say("display-message -p screen:\ncapture-pane -p -S -\n");
    while (await this.#control.line() !== "screen:");
    while (!(await this.#control.line()).startsWith("%begin"));
    const rows: string[] = [];
    for (;;) {
      const line = await this.#control.line();
      if (line.startsWith("%end")) break;
      rows.push(line);
    }
    while (rows.at(-1) === "") rows.pop();
    return rows;
  }
}
