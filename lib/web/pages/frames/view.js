import { between, MARGIN, search } from "./layout.js";
import { LIMITS } from "./lanes.js";

/** The height of a lane, on a page with letters of 16 px. */
export const LANE = 188;
/** What is drawn beyond the edges, so that a quick scroll shows no gap; less while the newest is kept in sight. */
const BEYOND = 400, CLOSE_BY = 60;
/** Characters of events that wait while the page is paused; that of a read of 64 KiB has over 131,072. */
const MOST_WAITING = 64 * 2 ** 20;

/** What of the connections is looked at: where, whether it moves on, and which block is in hand. */
export class View {
  filter = "";
  /** Whether the newest is kept in sight. */
  isFollowing = true;
  /** Which block the arrow keys are at, and which one is looked into: lane, read, index of the piece. */
  cursor;
  inspected;
  /** What has come since the page was paused; nothing if it isn't. */
  waiting;
  /** What could not wait. */
  leftOut = 0;
  /** Characters of the events that wait. */
  #size = 0;
  #isFull = false;
  /** Who has come and gone since nothing more could wait, by peer; `isOther` if the peer was another one's before. */
  #late = new Map();
  /** How far each lane is scrolled, by its number: the place in it that is at its left edge. */
  #lefts = new Map();
  /** Of what is to be seen: how wide lanes are, how far down it is, and how high. */
  width = 1_000;
  top = 0;
  height = 800;

  /** @param {import("./lanes.js").Lanes} lanes */
  constructor(lanes) {
    this.model = lanes;
  }

  /**
   * Takes what has happened next.
   *
   * @param {any} event as `--json` has it
   * @param {number} size its characters, of which only so many may wait
   */
  take(event, size = 0) {
    if (!this.waiting) return this.model.take(event);
    this.#isFull ||= this.waiting.length >= LIMITS.reads || this.#size + size > MOST_WAITING;
    if (this.#isFull) return this.#leaveOut(event);
    this.waiting.push(event);
    this.#size += size;
  }

  pause(isPaused) {
    const events = [...this.waiting ?? [], ...this.#late.values().map(({ event }) => event)];
    this.waiting = isPaused ? [] : undefined;
    this.#size = 0;
    this.#isFull = false;
    this.#late.clear();
    for (const event of events) this.model.take(event);
  }

  /** The link was lost, and comes back with who is connected then. */
  lost() {
    this.take({ event: "lost" });
  }

  /** Who is there is known afterwards all the same. */
  #leaveOut(event) {
    const { event: kind, peer } = event;
    if (kind !== "lost") this.leftOut++;
    else this.#late = new Map([[undefined, { event }]]);
    const before = this.#late.get(peer);
    if (kind === "connected") this.#late.set(peer, { event, isOther: before !== undefined });
    if (kind !== "disconnected") return;
    if (before?.event.event === "connected" && !before.isOther) this.#late.delete(peer);
    else this.#late.set(peer, { event });
  }

  /** The lanes that pass the filter, newest first. */
  lanes() {
    const wanted = this.filter.trim().toLowerCase();
    return this.model.lanes.filter(({ peer }) => peer.toLowerCase().includes(wanted)).reverse();
  }

  /** Which lanes are in sight: indexes of {@linkcode lanes}, the second behind the last. */
  rows(count) {
    const first = Math.max(0, Math.floor((this.top - CLOSE_BY) / LANE));
    return [first, Math.min(count, Math.ceil((this.top + this.height + CLOSE_BY) / LANE))];
  }

  lengthOf({ left, right }) {
    return right - left + MARGIN;
  }

  leftOf(lane) {
    const most = Math.max(0, this.lengthOf(lane) - this.width);
    if (this.isFollowing) return most;
    return Math.min(most, Math.max(0, (this.#lefts.get(lane.number) ?? 0) - lane.left));
  }

  /** A lane was scrolled by somebody. */
  scrolled(lane, left) {
    this.#lefts.set(lane.number, lane.left + left);
  }

  /** Which reads of a lane are in sight, and the one that the arrow keys are at. */
  reads(lane) {
    const left = lane.left + this.leftOf(lane);
    const beyond = this.isFollowing ? CLOSE_BY : BEYOND;
    const [first, last] = between(lane.reads, left - beyond, left + this.width + beyond);
    const seen = lane.reads.slice(first, last);
    const { cursor } = this;
    if (cursor?.lane === lane && !seen.includes(cursor.read) && lane.reads.includes(cursor.read)) {
      seen.push(cursor.read);
    }
    return seen;
  }

  /**
   * Reads of a side that are out of sight to the left and have frames stuck together or torn: how many of each;
   * nothing if there are none.
   *
   * @param {"client" | "server"} from
   */
  missed(lane, from) {
    const { reads, marks } = lane;
    const edge = lane.left + this.leftOf(lane);
    const end = search(reads, (read) => middleOf(read) >= edge);
    if (end === 0) return undefined;
    const { stuck, torn } = (reads[end]?.before ?? marks)[from];
    const before = reads[0].before[from];
    const missed = { stuck: stuck - before.stuck, torn: torn - before.torn };
    return missed.stuck || missed.torn ? missed : undefined;
  }

  /** Goes to the last read that {@linkcode View.missed} counts. */
  goBack(lane, from) {
    const edge = lane.left + this.leftOf(lane);
    const read = lane.reads.findLast((one) =>
      one.from === from && (one.frames > 1 || one.isTorn) && middleOf(one) < edge
    );
    if (!read) return;
    this.stay(this.model.lanes);
    this.scrolled(lane, Math.max(0, read.x - lane.left - MARGIN));
    this.cursor = this.inspected = { lane, read, index: 0 };
  }

  /** Stops following, and keeps every lane where it is. */
  stay(lanes) {
    if (!this.isFollowing) return;
    for (const lane of lanes) this.scrolled(lane, this.leftOf(lane));
    this.isFollowing = false;
  }

  /**
   * The block that a key leads to from the cursor; nothing if there is none.
   *
   * @param {string} key
   */
  next(key) {
    const { lane, read, index } = this.cursor;
    const { reads } = lane;
    const at = reads.indexOf(read);
    switch (key) {
      case "ArrowRight":
        if (index + 1 < read.pieces.length) return { lane, read, index: index + 1 };
        return at + 1 < reads.length ? { lane, read: reads[at + 1], index: 0 } : undefined;
      case "ArrowLeft":
        if (index > 0) return { lane, read, index: index - 1 };
        return at > 0 ? { lane, read: reads[at - 1], index: reads[at - 1].pieces.length - 1 } : undefined;
      case "Home":
        return { lane, read: reads[0], index: 0 };
      case "End":
        return { lane, read: reads.at(-1), index: reads.at(-1).pieces.length - 1 };
      case "ArrowUp":
      case "ArrowDown":
        return this.#across(key === "ArrowUp" ? -1 : 1);
    }
  }

  /** The block of the next lane that stands where the cursor does on the screen. */
  #across(step) {
    const { lane, read, index } = this.cursor;
    const lanes = this.lanes();
    const piece = read.pieces[index];
    const x = read.x + piece.x + piece.width / 2 - lane.left - this.leftOf(lane);
    for (let row = lanes.indexOf(lane) + step; lanes[row]; row += step) {
      const other = lanes[row];
      if (!other.reads.length) continue;
      const wanted = x + other.left + this.leftOf(other);
      const next = nearest(other.reads, (one) => one.x + one.width / 2, wanted);
      const nextPiece = nearest(next.pieces, (one) => next.x + one.x + one.width / 2, wanted);
      return { lane: other, read: next, index: next.pieces.indexOf(nextPiece) };
    }
  }

  /** Scrolls so that the cursor is in sight. */
  show(lanes) {
    const { lane, read, index } = this.cursor;
    const piece = read.pieces[index];
    const x = read.x + piece.x - lane.left;
    const left = this.leftOf(lane);
    if (x < left + MARGIN || x + piece.width > left + this.width - MARGIN) {
      this.stay(lanes);
      this.scrolled(lane, Math.max(0, x - this.width / 3));
    }
    const y = lanes.indexOf(lane) * LANE;
    if (y < this.top || y + LANE > this.top + this.height) {
      this.top = y < this.top ? y : y + LANE - this.height;
    }
  }
}

const middleOf = ({ x, width }) => x + width / 2;

function nearest(all, place, wanted) {
  return all.reduce((best, one) =>
    Math.abs(place(one) - wanted) < Math.abs(place(best) - wanted) ? one : best
  );
}
