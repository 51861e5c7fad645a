import { takeToken } from "./token.js";

/** Ms that a page waits before it connects again, doubled each time up to the longest; somewhat less by chance. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
/** Ms after which a link holds: one that ends before is no reason to hurry. */
const HOLDS_AFTER = 5_000;
/** Ms of silence after which a server is asked for a sign of life, and after which the link counts as dead. */
const PING_AFTER = 2_000;
const DEAD_AFTER = 6_000;

/**
 * How a link stands. It is `refused` if the server is there and doesn't take the token, and `ended` if it wants no more
 * of us: then only {@linkcode Link.connect} opens it again.
 *
 * @typedef {"connecting" | "open" | "lost" | "refused" | "ended"} LinkState
 */

/** A WebSocket to the server of this page that is opened again whenever it is lost. */
export class Link {
  /** @type {LinkState} */
  state = "connecting";
  #options;
  #socket;
  #wait = FIRST_WAIT;
  #again;
  #beat;
  #heardAt = 0;
  #askedAt;
  #openedAt;

  /**
   * @param {object} options
   * @param {string} [options.path]
   * @param {(line: string) => void} options.onLine each text message
   * @param {() => void} [options.onOpen] it is open, for the first time or again
   * @param {() => void} options.onState {@linkcode state} is another one
   * @param {string} [options.ping] a message that a live server answers; without it a link is only lost when the browser
   *     says so
   */
  constructor(options) {
    this.#options = { path: "/ws", ...options };
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
    // The address from the terminal, opened in this very tab, loads nothing anew.
    addEventListener("hashchange", () => takesNewToken() && this.connect());
  }

  /** Opens it now; one that is open is closed before. */
  connect() {
    this.#drop();
    const token = takeToken();
    if (token === undefined) return this.#become("refused");
    if (this.state !== "lost") this.#become("connecting");
    const url = new URL(this.#options.path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = this.#socket = new WebSocket(url, ["pinwire", `k.${token}`]);
    this.#openedAt = undefined;
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#openedAt = performance.now();
      this.#watch();
      this.#become("open");
      this.#options.onOpen?.();
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#heardAt = performance.now();
      this.#askedAt = undefined;
      this.#options.onLine(data);
    };
    socket.onclose = () => this.#lose(socket);
  }

  /**
   * Says a line; false if it can't be said now.
   *
   * @param {string} line
   */
  say(line) {
    if (this.state !== "open") return false;
    this.#socket.send(line);
    return true;
  }

  /** Closes it, and stays away. */
  end() {
    this.#drop();
    this.#become("ended");
  }

  #drop() {
    clearTimeout(this.#again);
    clearInterval(this.#beat);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  async #lose(socket) {
    if (socket !== this.#socket) return;
    this.#drop();
    // A browser doesn't say why a WebSocket was refused. A server that gives out its page refuses the token.
    if (this.#openedAt === undefined && await answers()) {
      if (!this.#socket) this.#become("refused");
      return;
    }
    if (this.#socket) return;
    this.#become("lost");
    if (performance.now() - this.#openedAt >= HOLDS_AFTER) this.#wait = FIRST_WAIT;
    this.#again = setTimeout(() => this.connect(), this.#wait * (1 - Math.random() / 4));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  /** Somebody looks, or the network is back: nobody should have to wait. */
  #hurry() {
    if (this.state === "lost" && !this.#socket) this.connect();
  }

  // In a tab that nobody sees timers run late: only what was asked for and doesn't come is a sign.
  #watch() {
    const { ping } = this.#options;
    this.#heardAt = performance.now();
    this.#askedAt = undefined;
    if (ping === undefined) return;
    this.#beat = setInterval(() => {
      const now = performance.now();
      if (this.#askedAt !== undefined && now - this.#askedAt > DEAD_AFTER - PING_AFTER) {
        this.#lose(this.#socket);
      } else if (this.#askedAt === undefined && now - this.#heardAt >= PING_AFTER) {
        this.#askedAt = now;
        this.#socket.send(ping);
      }
    }, PING_AFTER / 2);
  }

  /** @param {LinkState} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#options.onState();
  }
}

const takesNewToken = () => location.hash.startsWith("#k=") && takeToken() !== undefined;

const answers = () =>
  fetch("/shared/icon.svg", { cache: "no-store" }).then((response) => response.ok, () => false);
