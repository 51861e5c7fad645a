/** What is said of a server that is no chat. */
export const ECHO = "this server says your own words back: is it an echo server?";
export const HTTP = "this server speaks HTTP: write ws:// in front of the address if it has WebSockets";

/** Notices, once, that a server is none of a chat: that it only says back what it is told, perhaps behind a stamp in brackets. */
export class EchoWatch {
  #hasHeard = false;
  #said?: string;
  #isOver = false;

  /** We have said this. */
  said(line: string): void {
    if (!this.#isOver) this.#said = line;
  }

  /** Whether the server begins as HTTP's do: only its first line can tell. */
  isHttp(line: string): boolean {
    const isFirst = !this.#hasHeard;
    this.#hasHeard = true;
    return isFirst && /^HTTP\/1\.\d \d{3} /.test(line);
  }

  /** Whether this line is the first that shows that it says our words back. */
  notices(line: string): boolean {
    const said = this.#said;
    if (this.#isOver || !said) return false;
    if (line !== said && !(line.startsWith("[") && line.endsWith(`] ${said}`))) return false;
    this.#isOver = true;
    return true;
  }
}
