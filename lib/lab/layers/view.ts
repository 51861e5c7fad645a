import { bold, cyan, green, magenta, red, yellow } from "@std/fmt/colors";
import type { DeliveryEvent, Event, LayerEvent } from "../../app/mod.ts";
import type { Language } from "../../text/languages.ts";
import { BYTES_PER_ROW, hexdumpRows, visible } from "../../text/mod.ts";
import { padColumns } from "../../text/width.ts";
import { wrapText } from "../../text/wrap.ts";
import { type Look, paragraph } from "../show.ts";
import { FIELDS_ZH, LAYERS, OUTCOMES, SHORT } from "./texts.ts";

/** Columns of a field's bytes (6 at most in a row) and of its name. */
const BYTES = 19, NAME = 26;
/** Columns of a sentence. */
const WIDTH = 80;
/** Bytes of the message that are shown. */
const SHOWN = 256;

/** A colour for each layer. */
const COLOURS = { message: green, tcp: yellow, udp: yellow, ip: cyan, ethernet: magenta };

/** Draws a packet layer by layer, then whole, with the borders of its layers, and what became of it. */
export class LayersView {
  readonly #language: Language;
  readonly #isColoured: boolean;
  readonly #layers: LayerEvent[] = [];

  constructor({ language, coloured }: Look) {
    this.#language = language;
    this.#isColoured = coloured;
  }

  /** The lines of an event; none for one that is no part of it. */
  draw(event: Event): string {
    if (event.event === "notice") return paragraph(event.text);
    if (event.event === "delivery") return this.#whole() + this.#outcome(event);
    if (event.event !== "layer") return "";
    this.#layers.push(event);
    const { layer, hex, fields } = event;
    const title = LAYERS[layer][this.#language](hex.length / 2);
    const lines = wrapText(title, WIDTH).map((line) =>
      this.#isColoured ? bold(this.#paint(layer, line)) : line
    );
    if (layer === "message") lines.push(...this.#dump(Uint8Array.fromHex(hex)));
    for (const { name, hex, value } of fields) {
      const [first, ...more] = hex.match(/.{1,12}/g)!.map((row) => row.match(/../g)!.join(" "));
      lines.push(
        `  ${this.#paint(layer, first.padEnd(BYTES))}${padColumns(this.#nameOf(name), NAME, 1)}${
          visible(value)
        }`,
      );
      for (const row of more) lines.push(`  ${this.#paint(layer, row)}`);
    }
    return lines.join("\n") + "\n\n";
  }

  #paint(layer: LayerEvent["layer"], text: string): string {
    return this.#isColoured ? COLOURS[layer](text) : text;
  }

  #nameOf(field: string): string {
    return this.#language === "zh" ? FIELDS_ZH[field] : field;
  }

  #dump(bytes: Uint8Array): string[] {
    const width = BYTES_PER_ROW * 3;
    const rows = [...hexdumpRows(bytes.subarray(0, SHOWN))].map(({ offset, hex }) => {
      const text = new TextDecoder().decode(bytes.subarray(offset, offset + BYTES_PER_ROW)).replace(
        /[^\x20-\x7e]/g,
        ".",
      );
      return `  ${this.#paint("message", hex.padEnd(width))}  ${
        bytes.length > BYTES_PER_ROW ? text : this.#text(bytes)
      }`;
    });
    return bytes.length > SHOWN ? [...rows, "  …"] : rows;
  }

  #text(bytes: Uint8Array): string {
    return visible(new TextDecoder().decode(bytes));
  }

  /** The packet from its first byte to its last, each layer in its colour, with its border and name under it. */
  #whole(): string {
    const outsideIn = this.#layers.toReversed();
    const lines = [OUTCOMES.whole[this.#language]()];
    for (const { layer, hex } of outsideIn) {
      const rows = [...hexdumpRows(Uint8Array.fromHex(hex).subarray(0, SHOWN))];
      rows.forEach(({ hex }, i) => {
        const name = i === 0 ? SHORT[layer][this.#language]() : "";
        lines.push(`  ${padColumns(name, 10, 1)}${this.#paint(layer, hex)}`);
      });
    }
    return lines.join("\n") + "\n\n";
  }

  #outcome({ text, counters, flipped }: DeliveryEvent): string {
    const say = this.#language;
    const lines: string[] = [];
    if (flipped !== undefined) lines.push(OUTCOMES.flipped[say](flipped, ...this.#at(flipped)));
    if (text !== undefined) {
      lines.push(this.#painted(green, OUTCOMES.delivered[say](visible(JSON.stringify(text)))));
    } else {
      // The one of the checksum tells most.
      const sorted = Object.entries(counters).sort(([name]) => name.endsWith("CsumErrors") ? -1 : 1);
      const told = sorted.map(([name, count]) => OUTCOMES.counter[say](name, count));
      const why = told.length
        ? told
        : [flipped !== undefined && flipped < 4 ? OUTCOMES.noIp[say]() : OUTCOMES.lost[say]()];
      lines.push(this.#painted(red, OUTCOMES.refused[say](why.join(say === "zh" ? "，" : ", "))));
    }
    return lines.join("\n") + "\n";
  }

  #painted(colour: (text: string) => string, text: string): string {
    return wrapText(text, WIDTH).map((line) => this.#isColoured ? colour(line) : line).join("\n");
  }

  /** Which layer a bit is in, and its byte in hex, before it is turned over and after. */
  #at(bit: number): [layer: string, bytes: string[]] {
    let start = 0;
    for (const { layer, hex } of this.#layers.toReversed().slice(1)) {
      const index = (bit >> 3) - start;
      const bytes = Uint8Array.fromHex(hex);
      if (index < bytes.length) {
        const after = Uint8Array.of(bytes[index] ^ 0x80 >> (bit & 7));
        return [SHORT[layer][this.#language](), [bytes.subarray(index, index + 1).toHex(), after.toHex()]];
      }
      start += bytes.length;
    }
    return ["", []];
  }
}
