import { visibleLines } from "../text/mod.ts";

/** Text that comes in pieces, made safe for a terminal: a line end that is cut over two of them stays one. */
export class ShownText {
  #held = "";
  #isInLine = false;

  /** What is to be shown now. */
  next(text: string): string {
    const whole = this.#held + text;
    this.#held = whole.endsWith("\r") ? "\r" : "";
    const shown = visibleLines(this.#held ? whole.slice(0, -1) : whole);
    if (shown) this.#isInLine = !shown.endsWith("\n");
    return shown;
  }

  /** What is left at the end, with the end of the line that it stands in. */
  end(): string {
    const shown = this.#held && visibleLines(this.#held);
    const isInLine = this.#isInLine || shown !== "";
    this.#held = "";
    this.#isInLine = false;
    return isInLine ? `${shown}\n` : "";
  }
}
