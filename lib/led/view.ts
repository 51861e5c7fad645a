import { bold, dim, yellow } from "@std/fmt/colors";
import { type Event, hasColors, isDumb } from "../app/mod.ts";
import { visible } from "../text/mod.ts";
import { displayWidth, padColumns, placeAfter } from "../text/width.ts";
import type { DeviceStatus } from "./protocol.ts";

/** A pin as people see it. */
export interface Lamp {
  readonly name: string;
  readonly on: boolean;
}

/** What lamps are drawn on. */
export interface Screen {
  /** Whether it can be drawn on anew. */
  readonly isTerminal: boolean;
  readonly isColoured: boolean;
}

/** What stdout is. */
export function screenOf(noColor: boolean): Screen {
  return { isTerminal: Deno.stdout.isTerminal() && !isDumb, isColoured: hasColors(Deno.stdout, noColor) };
}

/** What a pin is: `red is on`, and on a terminal `● red is on`. */
export function drawLamp({ name, on }: Lamp, { isTerminal, isColoured }: Screen): string {
  const words = `${name} is ${on ? "on" : "off"}`;
  if (!isTerminal) return words;
  const text = `${on ? "●" : "○"} ${words}`;
  if (!isColoured) return text;
  return on ? bold(yellow(text)) : dim(text);
}

/** What begins a terminal's line anew. */
const ERASE_LINE = "\r\x1b[2K";

/**
 * Shows an agent's pins as they change: on a terminal in a row that is drawn anew, elsewhere in one line for each
 * change. The flashes of a pin that blinks are no such changes.
 */
export class LampRow {
  #columns: () => number;
  #lamps: () => Lamp[];
  #screen: Screen;
  /** The row as it was drawn last, without its colours. */
  #drawn = "";

  /**
   * @param lamps what the pins are now
   * @param columns how wide a terminal is now
   */
  constructor(lamps: () => Lamp[], screen: Screen, columns = () => Deno.consoleSize().columns || Infinity) {
    this.#columns = columns;
    this.#lamps = lamps;
    this.#screen = screen;
  }

  /** What to write because a pin has changed. */
  changed(lamp: Lamp, isFlash: boolean): string {
    if (this.#screen.isTerminal) return this.#erase() + this.#draw();
    return isFlash ? "" : `${drawLamp(lamp, this.#screen)}\n`;
  }

  /** What to write so that a line stands above the row. */
  above(line: string): string {
    return this.#screen.isTerminal ? `${this.#erase()}${line}\n${this.#draw()}` : `${line}\n`;
  }

  /** What takes the row away, which a narrow terminal has wrapped to several. */
  #erase(): string {
    const { rows, cols } = placeAfter(this.#drawn, this.#columns());
    // At the end of a full row the cursor still stands in that.
    const above = rows > 0 && cols === 0 ? rows - 1 : rows;
    return ERASE_LINE + `\x1b[A${ERASE_LINE}`.repeat(above);
  }

  #draw(): string {
    const lamps = this.#lamps();
    const rowOn = (screen: Screen) => lamps.map((lamp) => drawLamp(lamp, screen)).join("   ");
    this.#drawn = rowOn({ ...this.#screen, isColoured: false });
    return rowOn(this.#screen);
  }
}

/** What an agent says of its link. */
export function linkSentence(event: Event): string | undefined {
  switch (event.event) {
    case "connected":
      return `connected to ${event.peer}`;
    case "disconnected":
      return event.reason === "stopped" ? undefined : `lost ${event.peer} (${event.reason})`;
    case "notice":
      return visible(event.text);
  }
  return undefined;
}

/** Devices as a table, a line each. */
export function deviceTable(devices: readonly DeviceStatus[]): string[] {
  return tableOf(devices.map((device) => [
    String(device.index),
    device.name ?? "-",
    device.peer?.replace(/^[a-z]+:\/\//, "") ?? "away",
    levelWord(device.on),
    note(device),
  ]));
}

/** What a pin is, in a table. */
export const levelWord = (on: boolean | undefined) => on === undefined ? "-" : on ? "on" : "off";

/** Cells in columns, a line for each row. */
export function tableOf(cells: readonly string[][]): string[] {
  const rows = cells.map((row) => row.map(visible));
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column])))) ?? [];
  return rows.map((row) => row.map((cell, i) => padColumns(cell, widths[i])).join("  ").trimEnd());
}

function note({ pin, chip, plain, away, desired }: DeviceStatus): string {
  const parts = [
    pin && `pin ${pin}${chip ? ` of ${chip}` : ""}`,
    plain && "plain client",
    away && `since ${new Date(away).toTimeString().slice(0, 8)}`,
    desired && `told ${desired}`,
  ];
  return parts.filter(Boolean).join(", ");
}
