import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import type { ArrivalEvent, Event, Fate, SegmentEvent } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { visible } from "../../text/mod.ts";
import { padColumns } from "../../text/width.ts";
import { wrapText } from "../../text/wrap.ts";
import type { LessonView, Look } from "../show.ts";
import { cellsOf, drawResults } from "./results.ts";
import { PACKETS, TEXTS } from "./texts.ts";

/** Columns of the table: the packet's number, what becomes of it, and for each protocol what it carries, and its arrow. */
const PLACE = 4, FATE = 11, SENT = { udp: 6, tcp: 9 }, ARROW = 5, GOT = 15;
/** Columns of the text. */
const WIDTH = 80;

/** What a protocol's packet carried, and what the program got when it came. */
interface Carried {
  number: number;
  fate: Fate;
  got: ArrivalEvent[];
}

/**
 * Draws a row for each packet on a bad wire: what the wire does to it, the datagram and the segment that have it, and what
 * both programs get. A row grows with what its segment brings.
 */
export class UdpView implements LessonView {
  readonly #look: Look;
  readonly #say: Language;
  readonly #datagrams: Carried[] = [];
  readonly #segments: Carried[] = [];
  readonly #sent = new Set<number>();

  constructor(look: Look) {
    this.#look = look;
    this.#say = look.language;
  }

  draw(event: Event): string {
    switch (event.event) {
      case "notice":
        return `${visible(event.text)}\n\n`;
      case "bad_wire":
        return wrapText(TEXTS.wire[this.#say](event), WIDTH).join("\n") + "\n\n";
      case "datagram":
        if (event.number !== undefined) this.#datagrams.push(carried(event.number, event));
        return "";
      case "segment":
        return event.number === undefined ? "" : this.#segment(event, event.number);
      case "arrival":
        return this.#arrival(event);
      default:
        return "";
    }
  }

  foot(): string {
    const [udp, tcp] = [this.#datagrams, this.#segments].map((all) => all.flatMap(({ got }) => got));
    const results = drawResults({ udp, tcp, segments: this.#segments.length }, this.#look);
    return `\n\n${results}\n${wrapText(TEXTS.foot[this.#say](), WIDTH).join("\n")}\n`;
  }

  #arrival(event: ArrivalEvent): string {
    const isTcp = event.over === "tcp";
    (isTcp ? this.#segments : this.#datagrams).at(-1)!.got.push(event);
    return isTcp ? this.#paint(green, ` ${event.number}`) : "";
  }

  #segment(event: SegmentEvent, number: number): string {
    const begin = this.#segments.length ? "\n" : this.#head();
    const next = 1 + this.#segments.flatMap(({ got }) => got).length;
    this.#segments.push(carried(number, event));
    const place = this.#segments.length;
    const { lost, twice, late } = event;
    const fate = lost ? PACKETS.lost : twice ? PACKETS.twice : late ? PACKETS.late : undefined;
    const name = this.#sent.has(number) ? `${number} ${PACKETS.again[this.#say]()}` : `${number}`;
    this.#sent.add(number);
    const note = lost || late || number === next
      ? ""
      : number < next
      ? PACKETS.dropped[this.#say]()
      : PACKETS.waits[this.#say](next);
    return begin + padColumns(`${place}`.padStart(PLACE - 2), PLACE) +
      this.#paint(red, padColumns(fate?.[this.#say]() ?? "", FATE)) + this.#datagram(place) +
      this.#paint(bold, padColumns(name, SENT.tcp)) + this.#arrow(event) +
      this.#paint(yellow, note && ` ${note}`);
  }

  /** The half of a row that is about UDP. */
  #datagram(place: number): string {
    const datagram = this.#datagrams[place - 1];
    if (!datagram) return " ".repeat(SENT.udp + ARROW + GOT);
    const { number, fate, got } = datagram;
    const cells = cellsOf(got.map(({ number }) => number), []);
    return this.#paint(bold, padColumns(`${number}`, SENT.udp)) + this.#arrow(fate) +
      padColumns(` ${cells.join(" ")}`, GOT + ARROW - 3);
  }

  #arrow({ lost, twice, late }: Fate): string {
    const [colour, arrow] = lost
      ? [red, "──✗"] as const
      : late
      ? [yellow, "──╮"] as const
      : [cyan, twice ? "══▶" : "──▶"] as const;
    return this.#paint(colour, arrow);
  }

  #head(): string {
    const say = this.#say;
    const columns = (protocol: string, width: number) =>
      padColumns(`${protocol} ${PACKETS.sent[say]()}`, width + ARROW) + padColumns(PACKETS.got[say](), GOT);
    return this.#paint(
      dim,
      (" ".repeat(PLACE) + padColumns(PACKETS.wire[say](), FATE) + columns("UDP", SENT.udp) +
        columns("TCP", SENT.tcp)).trimEnd(),
    ) + "\n";
  }

  #paint(colour: (text: string) => string, text: string): string {
    return this.#look.coloured && text ? colour(text) : text;
  }
}

const carried = (number: number, { lost, twice, late }: Fate): Carried => ({
  number,
  fate: { lost, twice, late },
  got: [],
});
