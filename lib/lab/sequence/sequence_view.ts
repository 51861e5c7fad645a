import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import type { Event, SegmentEvent, TcpEnd } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { visible } from "../../text/mod.ts";
import { displayWidth } from "../../text/width.ts";
import { wrapText } from "../../text/wrap.ts";
import { type Look, paragraph } from "../show.ts";
import type { SequenceStyle } from "./sequence_style.ts";
import { endName, LOST } from "./sequence_texts.ts";
import { SequenceTeller, type Telling } from "./teller.ts";

/** Columns of each end, and of the wire between them: 80 with the gaps. */
const END = 15, WIRE = 48;
/** Columns of a note below, which has the right end's too. */
const NOTE = 61;

/** Draws what happens between two ends from top to bottom: the client at the left, the server at the right. */
export class SequenceView {
  readonly #language: Language;
  readonly #paint: Paint;
  readonly #teller: SequenceTeller;
  /** Whether there is an empty line above. */
  #isApart = false;

  constructor({ language, coloured, style }: Look & { style?: SequenceStyle }) {
    this.#language = language;
    this.#paint = coloured ? COLOURS : PLAIN;
    this.#teller = new SequenceTeller(language, style);
  }

  /** What stands above the columns. */
  head(client: string, server: string): string {
    const name = (end: TcpEnd) => this.#paint.bold(endName(end, this.#language));
    return this.#row(name("client"), "", name("server")) + this.#row(client, "", server);
  }

  /** The lines of an event; none for one that is no part of the diagram. */
  draw(event: Event): string {
    const telling = this.#teller.tell(event);
    if (telling) return this.paint(event, telling);
    this.#isApart = false;
    return "";
  }

  /** The lines of an event of which somebody else has told. */
  paint(event: Event, telling: Telling): string {
    const isApart = this.#isApart;
    this.#isApart = event.event === "notice";
    const notes = telling.notes.map((text) => this.note(text)).join("");
    switch (event.event) {
      case "scene":
        return (isApart ? "" : "\n") + this.#title(telling.title!);
      case "notice":
        return paragraph(event.text);
      case "segment":
        return this.#row("", this.#arrow(event), this.#fate(event)) + notes;
      case "call":
        return this.#atEnd(event.at, visible(event.call));
      case "tcp_state":
        return this.#atEnd(event.at, this.#paint.state(event.state)) + notes;
      default:
        return notes;
    }
  }

  /** A line on the wire that isn't the segment of a connection. */
  line(from: TcpEnd, text: string): string {
    return this.#row("", this.#wire(from, ` ${text} `), "");
  }

  /** What is said below: who waits, and why; and what the details mean. */
  foot(): string {
    return this.#teller.foot().map((text) => ["", ...wrapText(text, WIDTH), ""].join("\n")).join("");
  }

  #title(title: string): string {
    return wrapText(title, WIDTH).map((line) => `${this.#paint.bold(line)}\n`).join("") + "\n";
  }

  #fate({ lost }: SegmentEvent): string {
    return lost ? this.#paint.lost(LOST[this.#language]()) : "";
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
