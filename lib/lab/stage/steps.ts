import { usageError } from "../../errors.ts";
import { exitAt, type Stop } from "../../app/mod.ts";
import { type Language, twin } from "../../text/languages.ts";

const NEWLINE = 10, RETURN = 13;

const HINT = twin({
  en: () => "Press Enter: the next segment arrives.",
  zh: () => "按 Enter，下一个报文段就到达。",
});

/** Waits for Enter at the terminal, whatever stdin is; what is typed isn't shown. */
export class EnterKey implements Disposable {
  readonly #terminal: Deno.FsFile;
  readonly #stop: Stop;
  readonly #leaving: Disposable;

  /**
   * @param language in which the terminal is told what Enter does; none to tell it nothing
   * @throws {PinwireError} `usage` if there is no terminal
   */
  constructor(stop: Stop, language?: Language) {
    this.#stop = stop;
    try {
      this.#terminal = Deno.openSync("/dev/tty", { read: true, write: true });
      this.#terminal.setRaw(true, { cbreak: true });
      if (language) this.#terminal.writeSync(new TextEncoder().encode(`${HINT[language]()}\n\n`));
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      throw usageError("--step waits for Enter at a terminal, and there is none", "leave --step out");
    }
    this.#leaving = exitAt("SIGQUIT");
  }

  /** Done at the next Enter, or when it is time to stop. */
  async pressed(): Promise<void> {
    const stopped = Promise.withResolvers<null>();
    using _stopping = this.#stop.onStop(() => stopped.resolve(null));
    const key = new Uint8Array(1);
    do {
      const count = await Promise.race([this.#terminal.read(key), stopped.promise]);
      if (count === null) return;
    } while (key[0] !== NEWLINE && key[0] !== RETURN);
  }

  [Symbol.dispose](): void {
    this.#leaving[Symbol.dispose]();
    this.#terminal.setRaw(false);
    this.#terminal.close();
  }
}
