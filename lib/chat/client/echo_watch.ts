/** What is said of a server that is no chat. */
export const ECHO = "this server says your own words back: is it an echo server?";
export const HTTP = "this server speaks HTTP: write ws:// in front of the address if it has WebSockets";

/** Notices, once, that a server only says back what it is told, perhaps behind a stamp in brackets. */
export class EchoWatch {
  #said?: string;
  #isOver = false;

  /** We have said this. */
  said(line: string): void {
    if (!this.#isOver) this.#said = line;
  }

  /** Whether this line is the first that shows it. */
  notices(line: string): boolean {
    const said = this.#said;
    if (this.#isOver || !said) return false;
    if (line !== said && !(line.startsWith("[") && line.endsWith(`] ${said}`))) return false;
    this.#isOver = true;
    return true;
  }
}
