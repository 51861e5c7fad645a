// @ts-check
import { arrange, gapWidth, MARGIN } from "./layout.js";
import { readOf } from "./reads.js";

/** Reads that are kept, over all connections, and bytes of these; the oldest go first. */
export const LIMITS = { reads: 20_000, bytes: 16 * 2 ** 20, closedLanes: 500 };

/**
 * A connection. Its reads stand one behind the other from `left` to `right`; what is left of `left` is no longer kept.
 *
 * @typedef {object} Lane
 * @property {number} number from 0
 * @property {string} peer
 * @property {boolean} isOpen
 * @property {string} [reason] why it was closed
 * @property {import("./reads.js").Read[]} reads
 * @property {import("./reads.js").Marks} marks
 * @property {number} left
 * @property {number} right
 */

/** @type {import("./reads.js").Marks} */
const NONE = { client: { stuck: 0, torn: 0 }, server: { stuck: 0, torn: 0 } };

/** All connections that there are, and their reads, out of the events of a server. */
export class Lanes {
  /** @type {Lane[]} in the order in which they came */
  lanes = [];
  /** Where the server listens. */
  address = "";
  /** What its messages are, as its `--frame` says. */
  frame = "";
  /** Reads that were kept and are not any more. */
  dropped = 0;
  /** @type {string[]} the newest errors, at most three */
  errors = [];
  /** Reads that are kept. */
  count = 0;
  #limits;
  #bytes = 0;
  #reads = 0;
  #lanes = 0;
  /** @type {Map<string, Lane>} the open ones */
  #open = new Map();
  /** @type {Lane[]} the lane of each read that is kept, oldest first, from `#head` on */
  #order = [];
  #head = 0;

  /** @param {typeof LIMITS} limits */
  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  /**
   * Takes what has happened next.
   *
   * @param {any} event as `--json` has it, or `lost`: the link was
   */
  take(event) {
    switch (event.event) {
      case "listening":
        if (!this.address) this.address = event.address;
        this.frame = event.frame ?? this.frame;
        break;
      case "connected":
        this.#openLane(event.peer);
        break;
      case "disconnected":
        this.#close(event.peer, event.reason);
        break;
      case "data":
        this.#add(this.#open.get(event.peer) ?? this.#openLane(event.peer), event);
        break;
      case "lost":
        this.lost();
        break;
      case "error":
        this.errors = [...this.errors, event.message].slice(-3);
        break;
    }
  }

  /** The link was lost, and comes back with who is connected now. */
  lost() {
    for (const peer of [...this.#open.keys()]) this.#close(peer);
  }

  /** @param {string} peer */
  #openLane(peer) {
    this.#close(peer);
    /** @type {Lane} */
    const lane = {
      number: this.#lanes++,
      peer,
      isOpen: true,
      reads: [],
      marks: NONE,
      left: 0,
      right: MARGIN,
    };
    this.lanes.push(lane);
    this.#open.set(peer, lane);
    return lane;
  }

  /**
   * @param {string} peer
   * @param {string} [reason]
   */
  #close(peer, reason) {
    const lane = this.#open.get(peer);
    if (!lane) return;
    this.#open.delete(peer);
    lane.isOpen = false;
    lane.reason = reason;
    const closed = this.lanes.length - this.#open.size;
    if (closed > this.#limits.closedLanes) this.#forget(this.lanes.find(({ isOpen }) => !isOpen));
  }

  /** @param {Lane} [lane] */
  #forget(lane) {
    if (!lane) return;
    this.dropped += lane.reads.length;
    this.count -= lane.reads.length;
    for (const { kept } of lane.reads) this.#bytes -= kept.length;
    lane.reads = [];
    this.lanes.splice(this.lanes.indexOf(lane), 1);
  }

  /**
   * @param {Lane} lane
   * @param {Parameters<typeof readOf>[0] & { time: string, from: string }} event
   */
  #add(lane, event) {
    const time = Date.parse(event.time);
    const before = lane.reads.at(-1);
    const gap = before ? Math.max(0, time - before.time) : 0;
    const parts = readOf(event);
    const width = arrange(parts);
    const x = lane.right + (before ? gapWidth(gap) : 0);
    const from = event.from === "client" ? "client" : "server";
    lane.reads.push({ ...parts, number: this.#reads++, time, from, before: lane.marks, gap, x, width });
    if (parts.frames > 1 || parts.isTorn) lane.marks = marked(lane.marks, from, parts);
    lane.right = x + width;
    this.count++;
    this.#bytes += parts.kept.length;
    this.#order.push(lane);
    while (this.count > this.#limits.reads || this.#bytes > this.#limits.bytes) this.#dropOldest();
  }

  #dropOldest() {
    const lane = this.#order[this.#head++];
    if (this.#head > this.#limits.reads) {
      this.#order = this.#order.slice(this.#head);
      this.#head = 0;
    }
    const read = lane.reads.shift();
    // A lane that was forgotten has none left.
    if (!read) return;
    lane.left = read.x + read.width;
    this.dropped++;
    this.count--;
    this.#bytes -= read.kept.length;
    if (!lane.isOpen && !lane.reads.length) this.#forget(lane);
  }
}

/**
 * @param {import("./reads.js").Marks} marks
 * @param {"client" | "server"} from
 * @param {{ frames: number, isTorn: boolean }} read
 */
function marked(marks, from, { frames, isTorn }) {
  const { stuck, torn } = marks[from];
  return { ...marks, [from]: { stuck: stuck + Number(frames > 1), torn: torn + Number(isTorn) } };
}
