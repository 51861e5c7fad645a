import { Pace } from "./pace.js";

/** Lines that the server has not taken yet: so many a dead link may swallow at most. */
const MOST_UNDER_WAY = 50;

/**
 * A line on its way to the server. One that the page says by itself is quiet.
 *
 * @typedef {{ line: string, isQuiet: boolean }} Outgoing
 */

/** What was typed and is not yet taken by the server, in order. */
export class Outbox {
  /** @type {Outgoing[]} */
  #waiting = [];
  /** @type {Outgoing[]} */
  #sent = [];
  #pace = new Pace();
  #isOpen = false;
  #timer;
  #say;

  /** @param {(line: string) => void} say */
  constructor(say) {
    this.#say = say;
  }

  /** What was typed and is not taken yet, oldest first. */
  get lines() {
    return [...this.#sent, ...this.#waiting].filter(({ isQuiet }) => !isQuiet);
  }

  /** Whether what the server answers now is for a line that the page has said by itself. */
  get isAnswerQuiet() {
    return this.#sent[0]?.isQuiet === true;
  }

  /** Says a line as soon as the server may be told it. */
  add(line, isQuiet = false) {
    this.#waiting.push({ line, isQuiet });
    this.#flush();
  }

  /** We are let in; `rate` is what the server allows. */
  open(rate) {
    this.#pace.limit(rate, performance.now());
    this.#isOpen = true;
    this.#flush();
  }

  /** The server has taken a line: gives the one that it was. */
  taken() {
    const taken = this.#sent.shift();
    this.#flush();
    return taken;
  }

  /** The link is lost: gives what may not have arrived. What was not sent yet waits for the next one. */
  lose() {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    const lost = this.#sent.filter(({ isQuiet }) => !isQuiet);
    this.#sent = [];
    this.#waiting = this.#waiting.filter(({ isQuiet }) => !isQuiet);
    return lost;
  }

  #flush() {
    clearTimeout(this.#timer);
    while (this.#isOpen && this.#waiting.length && this.#sent.length < MOST_UNDER_WAY) {
      const wait = this.#pace.wait(performance.now());
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#flush(), wait);
        return;
      }
      const next = this.#waiting.shift();
      this.#sent.push(next);
      this.#pace.said(next.line);
      this.#say(next.line);
    }
  }
}
