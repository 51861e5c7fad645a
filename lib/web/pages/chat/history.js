// @ts-check

/** So many lines are drawn together: only the last of such pages changes. */
const PAGE = 50;
/** So many pages are kept. */
const MOST_PAGES = 20;

/**
 * A line of the log. Somebody's words have a `nick`; what nobody said is a `notice`, in the server's words, or a `note`
 * of the page's own, whose texts are in texts.js.
 *
 * @typedef {object} Entry
 * @property {string} [nick]
 * @property {string} [text]
 * @property {boolean} [isAction] said with /me
 * @property {boolean} [isPrivate] for us alone, or by us for one alone
 * @property {string} [to] for whom
 * @property {boolean} [isOwn]
 * @property {boolean} [isLost] said here, and perhaps heard by nobody
 * @property {boolean} [isRefused] said here, and not told to the room
 * @property {string} [time] as it is shown
 * @property {string} [notice]
 * @property {string} [note]
 * @property {unknown[]} [values] what the note tells
 * @property {boolean} [isFirst] whether its nick is another than that of the line before
 */

/** The last thousand lines of the log, in pages. */
export class History {
  /** @type {{ key: number, entries: Entry[] }[]} */
  pages = [];
  /** How many lines there ever were. */
  count = 0;
  /** Whether anybody has said anything. */
  hasWords = false;
  /** @type {Entry | undefined} */
  #last;

  /** @param {Entry} entry */
  add(entry) {
    const isFirst = !follows(this.#last, entry);
    this.#last = entry;
    const page = this.pages.at(-1);
    if (page && page.entries.length < PAGE) page.entries.push({ ...entry, isFirst });
    else this.pages.push({ key: this.count, entries: [{ ...entry, isFirst }] });
    this.count++;
    this.hasWords ||= entry.nick !== undefined;
    if (this.pages.length > MOST_PAGES) this.pages.shift();
  }
}

/**
 * Whether an entry needs no name, since it goes on with what the same one said before.
 *
 * @param {Entry | undefined} before
 * @param {Entry} entry
 */
export const follows = (before, entry) =>
  before?.nick === entry.nick && before?.isPrivate === entry.isPrivate && before?.to === entry.to &&
  before?.isOwn === entry.isOwn &&
  !before?.isAction && !entry.isAction && entry.nick !== undefined;
