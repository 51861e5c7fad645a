// @ts-check
/**
 * An event of a lesson that is drawn. `said` is what is said of it, in each language.
 *
 * @typedef {object} Row
 * @property {"scene" | "note" | "call" | "state" | "packet" | "hidden"} kind a hidden one is a state that isn't drawn
 * @property {"client" | "server"} [at] the end that it is about, or that sends
 * @property {string} text what stands in the diagram: a call, a state, a packet's flags and numbers
 * @property {Record<"en" | "zh", { title?: string, notes: string[], code?: string[] }>} [said]
 * @property {"lost" | "twice" | "late"} [fate] what the wire does to a packet
 * @property {boolean} [isAgain] whether it was sent before
 * @property {string} [content] what a packet carries
 * @property {boolean} waits whether it is to be looked at before more is shown
 */

/** What has happened in a lesson, and how far it is shown. */
export class Lesson {
  /** @type {Row[]} */
  rows = [];
  /** How many rows are shown. */
  shown = 0;
  /** What it is called, once that is known. */
  name = "";
  /** Whether the server has no more to tell. */
  isOver = false;
  /** Whether rows wait to be shown, at the reader's pace; if not, each is shown as it comes. */
  isPaced = false;

  /**
   * Takes what has happened next.
   *
   * @param {any} event as `--json` has it, with `said` besides, or `hidden` if it is no part of the diagram
   */
  take(event) {
    this.name = event.lesson ?? this.name;
    this.isOver ||= event.last === true;
    const row = rowOf(event);
    if (!row) return;
    // Who tells events as they are doesn't say where to wait.
    this.rows.push({ ...row, waits: event.waits ?? row.kind === "packet" });
    if (!this.isPaced) this.shown = this.rows.length;
  }

  /** Begins anew, with what comes. */
  clear() {
    this.rows = [];
    this.shown = 0;
    this.isPaced = false;
    this.isOver = false;
  }

  /** Shows it from the start. */
  rewind() {
    this.shown = 0;
    this.isPaced = true;
    this.#showCauses();
  }

  /** Whether there is more to be shown than is. */
  get hasMore() {
    return this.shown < this.rows.length;
  }

  /** Shows the next packet's arrival, all that comes of it, and the packet after it on its way; false if there is none. */
  step() {
    if (!this.hasMore) return false;
    this.#showCauses();
    if (!this.hasMore) this.isPaced = false;
    return true;
  }

  #showCauses() {
    while (this.hasMore && !this.rows[this.shown++].waits);
  }

  /**
   * The state that each end is in, and what was said of that last.
   *
   * @returns {Partial<Record<"client" | "server", Row>>}
   */
  get states() {
    /** @type {Partial<Record<"client" | "server", Row>>} */
    const states = {};
    for (const row of this.rows.slice(0, this.shown)) {
      if ((row.kind === "state" || row.kind === "hidden") && row.at) states[row.at] = row;
    }
    return states;
  }

  /** The index of the newest packet that is shown; -1 if there is none. */
  get newest() {
    return this.rows.slice(0, this.shown).findLastIndex(({ kind }) => kind === "packet");
  }
}

/**
 * @param {any} event
 * @returns {Omit<Row, "waits"> | undefined}
 */
function rowOf(event) {
  const { said, hidden } = event;
  if (hidden) {
    return event.event === "tcp_state" ? { kind: "hidden", at: event.at, text: event.state } : undefined;
  }
  switch (event.event) {
    case "scene":
      return { kind: "scene", text: event.scene, said };
    case "call":
      return { kind: "call", at: event.at, text: event.call, said };
    case "system_call":
      return { kind: "note", text: `${event.program}: ${event.call}`, said };
    case "tcp_state":
      return { kind: "state", at: event.at, text: event.state, said };
    case "arrival":
      return { kind: "call", at: "server", text: `recv(): ${event.number}`, said };
    case "segment": {
      const ack = event.ack === undefined ? "" : ` ack ${event.ack}`;
      return packetOf(event, `${event.flags.join("+")} seq ${event.seq}${ack}`);
    }
    case "datagram":
      return packetOf(event, "UDP");
    default:
      return said?.en.notes.length ? { kind: "note", text: "", said } : undefined;
  }
}

/**
 * @param {any} event
 * @param {string} text
 * @returns {Omit<Row, "waits">}
 */
function packetOf({ from, bytes, number, lost, twice, late, again, text: content, hex, said }, text) {
  const fate = lost ? "lost" : twice ? "twice" : late ? "late" : undefined;
  const carried = content === undefined ? hex : JSON.stringify(content);
  const size = bytes ? `${number === undefined ? "" : `#${number} · `}${bytes} B` : "";
  return {
    kind: "packet",
    at: from,
    text,
    said,
    fate,
    isAgain: again,
    content: carried ? `${size} ${carried}` : size,
  };
}
