import { bold, cyan, dim, green, magenta, yellow } from "@std/fmt/colors";
import type { DatagramEvent, Event, SegmentEvent, SystemCallEvent } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { visible } from "../../text/mod.ts";
import { cutColumns, displayWidth, padColumns } from "../../text/width.ts";
import { wrapText } from "../../text/wrap.ts";
import type { LessonView, Look } from "../show.ts";
import { ENDS } from "../sequence/sequence_texts.ts";
import { Closings } from "./closings.ts";
import { showContent } from "./content.ts";
import { TEXTS } from "./texts.ts";

/** Columns of the time, of a connection's number, of a port, and of an arrow; between them is one. */
const TIME = 9, NUMBER = 3, PORT = 6, ARROW = 3;
/** Columns before what a segment says. */
const BEFORE = TIME + NUMBER + PORT + ARROW + PORT + 5;
/** One for each connection, in turn. */
const COLOURS = [cyan, yellow, green, magenta];

/** A call, and what has come of it. */
const RESULT = /^(.*?)(\)? = [^=]*)$/s;
/** What stands in place of the flags of a segment, as wide as most of them are. */
const NO_FLAGS = "UDP    ";

/** What has no time of its own. */
const LABELS: ReadonlySet<string> = new Set(["private_network", "notice"]);

/** Draws what passes in a network: a line for each segment, datagram and call. */
export class WatchView implements LessonView {
  readonly #language: Language;
  readonly #isColoured: boolean;
  readonly #columns: () => number;
  readonly #closings = new Closings();
  readonly #numbers = new Map<string, number>();
  #start?: number;
  #call: { key?: string; repeats: number } = { repeats: 0 };
  #time = 0;

  /** @param columns how wide a line may be */
  constructor({ language, coloured }: Look, columns: () => number) {
    this.#language = language;
    this.#isColoured = coloured;
    this.#columns = columns;
  }

  /** The lines of an event that happened at a time in µs since 1970. */
  drawAt(time: number, event: Event): string {
    if (!LABELS.has(event.event)) this.#start ??= time;
    this.#time = time - (this.#start ?? time);
    return this.draw(event);
  }

  draw(event: Event): string {
    // A program that doesn't notice the end of a stream asks for it again and again.
    const key = event.event === "system_call" ? `${event.pid} ${event.call}` : undefined;
    if (key !== undefined && key === this.#call.key) {
      this.#call.repeats++;
      return "";
    }
    const repeats = this.foot();
    this.#call = { key, repeats: 0 };
    return repeats + this.#lines(event);
  }

  /** How often the last call was made again. */
  foot(): string {
    const { repeats } = this.#call;
    if (!repeats) return "";
    const line = `${" ".repeat(BEFORE)}${TEXTS.repeats[this.#language](repeats)}`;
    return `${this.#paint(dim, this.#fit(line))}\n`;
  }

  #lines(event: Event): string {
    switch (event.event) {
      case "private_network":
        return this.#head(event.join ?? "");
      case "segment":
      case "datagram":
        return this.#passing(event);
      case "system_call":
        return this.#callLine(event);
      case "notice":
        return wrapText(visible(event.text), this.#columns()).map((line) => `${this.#paint(dim, line)}\n`)
          .join("");
      default:
        return "";
    }
  }

  #head(join: string): string {
    const say = this.#language;
    const [client, server] = [ENDS.client[say](), ENDS.server[say]()];
    const names = [
      TEXTS.time[say]().padStart(TIME),
      "  #",
      padLeft(client, PORT),
      " ".repeat(ARROW),
      padColumns(server, PORT),
    ];
    return [
      ...wrapText(TEXTS.join[say](), this.#columns()),
      `  ${this.#paint(bold, join)}`,
      "",
      this.#paint(bold, names.join(" ").trimEnd()),
      "",
    ].join("\n");
  }

  #passing(event: SegmentEvent | DatagramEvent): string {
    const { from, local = "", remote = "" } = event;
    const [client, server] = from === "client" ? [local, remote] : [remote, local];
    const protocol = event.event === "segment" ? "TCP" : "UDP";
    const key = `${protocol} ${event.stream}`;
    const known = this.#numbers.get(key);
    const number = known ?? this.#numbers.size + 1;
    this.#numbers.set(key, number);
    const colour = COLOURS[(number - 1) % COLOURS.length];
    const begins = TEXTS.connection[this.#language](protocol, client, server);
    const head = known ? "" : this.#about(number, begins, colour);
    const before = [
      this.#seconds(),
      String(number).padStart(NUMBER),
      portOf(client).padStart(PORT),
      from === "client" ? "──▶" : "◀──",
      portOf(server).padEnd(PORT),
    ].join(" ");
    const [said, remarks] = event.event === "segment" ? this.#segment(event) : [NO_FLAGS, ""];
    const room = this.#columns() - displayWidth(`${before} ${said}${remarks}`);
    const line = `${before} ${said}${this.#content(event, room)}${remarks}`.trimEnd();
    const waiting = event.event === "segment" ? this.#closings.take(event) : undefined;
    const foot = (waiting ?? []).map((end) =>
      this.#about(
        number,
        TEXTS.waits[this.#language](end, portOf(end === "client" ? client : server)),
        colour,
      )
    );
    return `${head}${this.#paint(colour, this.#fit(line))}\n${foot.join("")}`;
  }

  /** A line about a connection. */
  #about(number: number, text: string, colour: (text: string) => string): string {
    const line = `${" ".repeat(TIME + 1)}${String(number).padStart(NUMBER)} ${text}`;
    return `${this.#paint((text) => bold(colour(text)), this.#fit(line))}\n`;
  }

  /** What a segment says before its content, and behind it. */
  #segment(
    { from, flags, seq, ack, absolute, window, again, probe }: SegmentEvent,
  ): [said: string, remarks: string] {
    const isReset = flags.includes("RST");
    const remarks = [
      ...again ? [TEXTS.again] : [],
      ...probe ? [TEXTS.probe] : [],
      ...!window && !isReset ? [TEXTS.full] : [],
      ...isReset ? [from === "server" && !absolute.seq ? TEXTS.refused : TEXTS.reset] : [],
    ].map((remark) => `  ${remark[this.#language]()}`);
    const numbers = `seq ${seq}${ack === undefined ? "" : ` ack ${ack}`}`;
    return [`${flags.join("+").padEnd(NO_FLAGS.length)} ${numbers}`, remarks.join("")];
  }

  #content({ bytes, text = "", hex, encoding }: SegmentEvent | DatagramEvent, room: number): string {
    if (!bytes) return "";
    const count = `  ${TEXTS.bytes[this.#language](bytes)} `;
    const content = hex === undefined ? { text, encoding } : { hex };
    return count + showContent(content, room - displayWidth(count));
  }

  #callLine({ program, call }: SystemCallEvent): string {
    const room = BEFORE - TIME - 4;
    const name = cutColumns(visible(program), room);
    const [, said, result] = visible(call).match(RESULT)!;
    const before = `${this.#seconds()}   ${padColumns(name, room)} `;
    const line = cutColumns(said, this.#columns() - displayWidth(before + result)) + result;
    return `${this.#paint(dim, before + line)}\n`;
  }

  #seconds(): string {
    return (this.#time / 1e6).toFixed(4).padStart(TIME);
  }

  #paint(paint: (text: string) => string, text: string): string {
    return this.#isColoured ? paint(text) : text;
  }

  #fit(line: string): string {
    return cutColumns(line, this.#columns());
  }
}

const portOf = (end: string) => end.slice(end.lastIndexOf(":") + 1);

const padLeft = (text: string, columns: number) =>
  " ".repeat(Math.max(0, columns - displayWidth(text))) + text;
