import { bold, cyan, dim, green, yellow } from "@std/fmt/colors";
import type { Event, SegmentEvent, TcpEnd } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { visible } from "../../text/mod.ts";
import { displayWidth } from "../../text/width.ts";
import { endName, SegmentSpeaker, TIME_WAIT } from "./sequence_texts.ts";

/** Columns of each end, and of the wire between them: 80 with the gaps. */
const END = 15, WIRE = 48;

/** Draws what happens between two ends from top to bottom: the client at the left, the server at the right. */
export class SequenceView {
  readonly #language: Language;
  readonly #paint: Paint;
  readonly #speaker: SegmentSpeaker;
  readonly #isWaiting: TcpEnd[] = [];

  constructor({ language, coloured }: { language: Language; coloured: boolean }) {
    this.#language = language;
    this.#paint = coloured ? COLOURS : PLAIN;
    this.#speaker = new SegmentSpeaker(language);
  }

  /** What stands above the columns. */
  head(client: string, server: string): string {
    const name = (end: TcpEnd) => this.#paint.bold(endName(end, this.#language));
    return this.#row(name("client"), "", name("server")) + this.#row(client, "", server);
  }

  /** The lines of an event; none for one that is no part of the diagram. */
  draw(event: Event): string {
    switch (event.event) {
      case "segment":
        return this.#arrow(event) + this.#note(this.#speaker.sentence(event)) + this.#note(detailsOf(event));
      case "call":
        return this.#atEnd(event.at, visible(event.call));
      case "tcp_state":
        if (event.state === "TIME_WAIT") this.#isWaiting.push(event.at);
        return this.#atEnd(event.at, this.#paint.state(event.state));
      case "notice":
        return `${visible(event.text)}\n\n`;
      default:
        return "";
    }
  }

  /** What is said below: who waits, and why. */
  foot(): string {
    const ends = this.#isWaiting.map((end) => TIME_WAIT[this.#language](endName(end, this.#language)));
    return ends.map((text) => `\n${text}\n`).join("");
  }

  #arrow({ from, flags, seq, ack }: SegmentEvent): string {
    const text = ` ${flags.join("+")} seq ${seq}${ack === undefined ? "" : ` ack ${ack}`} `;
    const line = "─".repeat(Math.max(0, WIRE - text.length - 3));
    return from === "client"
      ? this.#row("", this.#paint.client(`──${text}${line}▶`), "")
      : this.#row("", this.#paint.server(`◀${line}${text}──`), "");
  }

  #note(text: string): string {
    return this.#row("", `   ${this.#paint.dim(visible(text))}`, "");
  }

  #atEnd(end: TcpEnd, text: string): string {
    return end === "client" ? this.#row(text, "", "") : this.#row("", "", text);
  }

  #row(left: string, middle: string, right: string): string {
    return `${pad(left, END)} ${pad(middle, WIRE)} ${right}`.trimEnd() + "\n";
  }
}

/** What a header says besides; the time stamps are left to `--json`, as they tell nothing by themselves. */
function detailsOf({ absolute, window, options }: SegmentEvent): string {
  const numbers = absolute.ack === undefined
    ? `seq = ${absolute.seq}`
    : `seq = ${absolute.seq}, ack = ${absolute.ack}`;
  return [numbers, `window ${window}`, ...options.filter((option) => !option.startsWith("timestamps"))].join(
    ", ",
  );
}

interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  state(text: string): string;
  client(text: string): string;
  server(text: string): string;
}

const plain = (text: string) => text;
const PLAIN: Paint = { bold: plain, dim: plain, state: plain, client: plain, server: plain };
const COLOURS: Paint = { bold, dim, state: (text) => bold(cyan(text)), client: yellow, server: green };

/** Colours take no columns. */
function pad(text: string, width: number): string {
  // deno-lint-ignore no-control-regex
  const shown = text.replace(/\x1b\[\d+m/g, "");
  return text + " ".repeat(Math.max(0, width - displayWidth(shown)));
}
