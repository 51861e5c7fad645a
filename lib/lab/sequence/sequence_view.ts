import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import type { Event, SegmentEvent, TcpEnd, TcpSocketEvent, TcpStateEvent } from "../../app/mod.ts";
import type { Language, Twin } from "../../text/languages.ts";
import { visible } from "../../text/mod.ts";
import { displayWidth } from "../../text/width.ts";
import { wrapText } from "../../text/wrap.ts";
import { type Look, paragraph } from "../show.ts";
import { endName, LEGEND, LOST, SegmentSpeaker, TIME_WAIT } from "./sequence_texts.ts";

/** Columns of each end, and of the wire between them: 80 with the gaps. */
const END = 15, WIRE = 48;
/** Columns of a note below, which has the right end's too. */
const NOTE = 61;

/** How a lesson's diagram differs from that of a plain connection. */
export interface SequenceStyle {
  /** What stands above each part of the lesson, by its name; a part that has nothing here isn't drawn. */
  scenes?: Readonly<Record<string, Twin>>;
  /** Whether each header's details are left out. */
  isBrief?: boolean;
  /** Whether each acknowledgment says how much its sender has room for. */
  hasWindows?: boolean;
  /** What is said below a state. */
  explain?(event: TcpStateEvent, language: Language): string[];
  /** What is said of a socket. */
  socket?(event: TcpSocketEvent, language: Language): string;
  /** What is said below it all, in place of who waits and why. */
  foot?: Twin;
}

/** Draws what happens between two ends from top to bottom: the client at the left, the server at the right. */
export class SequenceView {
  readonly #language: Language;
  readonly #style: SequenceStyle;
  readonly #paint: Paint;
  readonly #speaker: SegmentSpeaker;
  readonly #isWaiting: TcpEnd[] = [];
  #isHidden = false;
  #hasDetails = false;
  /** Whether there is an empty line above. */
  #isApart = false;

  constructor(
    { language, coloured, style = {} }: Look & { style?: SequenceStyle },
  ) {
    this.#language = language;
    this.#style = style;
    this.#paint = coloured ? COLOURS : PLAIN;
    this.#speaker = new SegmentSpeaker(language, style.hasWindows);
  }

  /** What stands above the columns. */
  head(client: string, server: string): string {
    const name = (end: TcpEnd) => this.#paint.bold(endName(end, this.#language));
    return this.#row(name("client"), "", name("server")) + this.#row(client, "", server);
  }

  /** The lines of an event; none for one that is no part of the diagram. */
  draw(event: Event): string {
    const isApart = this.#isApart;
    this.#isApart = event.event === "notice";
    switch (event.event) {
      case "scene":
        return this.#begin(event.scene, isApart);
      case "notice":
        return paragraph(event.text);
      case "segment": {
        const drawn = this.#segment(event);
        return this.#isHidden ? "" : drawn;
      }
      case "call":
        return this.#isHidden ? "" : this.#atEnd(event.at, visible(event.call));
      case "tcp_state":
        return this.#isHidden ? "" : this.#state(event);
      case "tcp_socket":
        return this.#style.socket && !this.#isHidden
          ? this.note(this.#style.socket(event, this.#language))
          : "";
      default:
        return "";
    }
  }

  /** A line on the wire that isn't the segment of a connection. */
  line(from: TcpEnd, text: string): string {
    return this.#row("", this.#wire(from, ` ${text} `), "");
  }

  /** What is said below: who waits, and why; and what the details mean. */
  foot(): string {
    const { foot } = this.#style;
    if (foot) return ["", ...wrapText(foot[this.#language](), WIDTH), ""].join("\n");
    const texts = this.#isWaiting.map((end) => TIME_WAIT[this.#language](endName(end, this.#language)));
    if (this.#hasDetails) texts.push(LEGEND[this.#language]());
    return texts.map((text) => ["", ...wrapText(text, WIDTH), ""].join("\n")).join("");
  }

  #begin(scene: string, isApart: boolean): string {
    const { scenes } = this.#style;
    const title = scenes?.[scene]?.[this.#language]();
    this.#isHidden = scenes !== undefined && title === undefined;
    if (title === undefined) return "";
    return (isApart ? "" : "\n") +
      wrapText(title, WIDTH).map((line) => `${this.#paint.bold(line)}\n`).join("") + "\n";
  }

  #segment(event: SegmentEvent): string {
    this.#hasDetails ||= !this.#style.isBrief;
    const right = event.lost ? this.#paint.lost(LOST[this.#language]()) : "";
    return this.#row("", this.#arrow(event), right) + this.note(this.#speaker.sentence(event)) +
      (this.#style.isBrief ? "" : this.note(detailsOf(event)));
  }

  #state(event: TcpStateEvent): string {
    const { at, state } = event;
    if (state === "TIME_WAIT") this.#isWaiting.push(at);
    const notes = this.#style.explain?.(event, this.#language) ?? [];
    return this.#atEnd(at, this.#paint.state(state)) + notes.map((text) => this.note(text)).join("");
  }

  #arrow({ from, flags, seq, ack, lost }: SegmentEvent): string {
    const text = ` ${flags.join("+")} seq ${seq}${ack === undefined ? "" : ` ack ${ack}`} `;
    if (lost) {
      const length = lineLength(text);
      const half = "─".repeat(length >> 1);
      return from === "client"
        ? this.#paint.client(`──${text}${half}`) + this.#paint.lost("╳")
        : " ".repeat(length - half.length) + this.#paint.lost("╳") + this.#paint.server(`${half}${text}──`);
    }
    return this.#wire(from, text);
  }

  #wire(from: TcpEnd, text: string): string {
    const line = "─".repeat(lineLength(text));
    return from === "client"
      ? this.#paint.client(`──${text}${line}▶`)
      : this.#paint.server(`◀${line}${text}──`);
  }

  /** Something that is said between the columns. */
  note(text: string): string {
    return wrapText(visible(text), NOTE).map((line) => this.#row("", `   ${this.#paint.dim(line)}`, "")).join(
      "",
    );
  }

  /** What is too long for its column begins before it. */
  #atEnd(end: TcpEnd, text: string): string {
    if (end === "client") return this.#row(text, "", "");
    const room = WIDTH - END - WIRE - 2;
    const early = Math.max(0, widthOf(text) - room);
    return " ".repeat(END + WIRE + 2 - early) + text + "\n";
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

/** Columns of the text below. */
const WIDTH = 80;

interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  state(text: string): string;
  client(text: string): string;
  server(text: string): string;
  lost(text: string): string;
}

const plain = (text: string) => text;
const PLAIN: Paint = { bold: plain, dim: plain, state: plain, client: plain, server: plain, lost: plain };
const COLOURS: Paint = {
  bold,
  dim,
  state: (text) => bold(cyan(text)),
  client: yellow,
  server: green,
  lost: (text) => bold(red(text)),
};

const pad = (text: string, width: number) => text + " ".repeat(Math.max(0, width - widthOf(text)));

/** Colours take no columns. */
const widthOf = (text: string) => displayWidth(text.replace(/\p{Cc}\[\d+m/gu, ""));

/** Columns of a line on the wire beside its text. */
const lineLength = (text: string) => Math.max(0, WIRE - text.length - 3);
