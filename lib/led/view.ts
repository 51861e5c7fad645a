import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import { HEADER, type HeaderPin, type LineState } from "deno-gpio";
import type { Event } from "../app/mod.ts";
import { visible } from "../text/mod.ts";
import type { DeviceStatus } from "./protocol.ts";

/** A pin as people see it. */
export interface Lamp {
  readonly name: string;
  readonly on: boolean;
}

/** Whether stdout is a terminal that may have colours. */
export function isColoured(noColor: boolean): boolean {
  return !noColor && !Deno.noColor && Deno.stdout.isTerminal();
}

/** `● red` lit, `○ red` not. */
export function drawLamp({ name, on }: Lamp, coloured: boolean): string {
  const text = `${on ? "●" : "○"} ${name}`;
  if (!coloured) return text;
  return on ? bold(yellow(text)) : dim(text);
}

/** On a terminal: begins the line anew. */
const ERASE_LINE = "\r\x1b[2K";

/**
 * Shows an agent's pins as they change: on a terminal in one row that is drawn anew, elsewhere in a line for each
 * change, but not for each flash of a pin that blinks.
 */
export class LampRow {
  #lamps: () => Lamp[];
  #isTerminal: boolean;
  #coloured: boolean;

  /** @param lamps what the pins are now */
  constructor(lamps: () => Lamp[], isTerminal: boolean, coloured: boolean) {
    this.#lamps = lamps;
    this.#isTerminal = isTerminal;
    this.#coloured = coloured;
  }

  /** What to write because a pin has changed. */
  changed(lamp: Lamp, isFlash: boolean): string {
    if (this.#isTerminal) return ERASE_LINE + this.#draw();
    return isFlash ? "" : `${drawLamp(lamp, this.#coloured)}\n`;
  }

  /** What to write so that a line stands above the row. */
  above(line: string): string {
    return this.#isTerminal ? `${ERASE_LINE}${line}\n${this.#draw()}` : `${line}\n`;
  }

  #draw(): string {
    return this.#lamps().map((lamp) => drawLamp(lamp, this.#coloured)).join("   ");
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
  const rows = devices.map((device) =>
    [
      String(device.index),
      device.name ?? "-",
      device.peer?.replace(/^[a-z]+:\/\//, "") ?? "away",
      device.on === undefined ? "-" : device.on ? "on" : "off",
      note(device),
    ].map(visible)
  );
  const widths = [0, 1, 2, 3].map((column) =>
    rows.reduce((width, row) => Math.max(width, row[column].length), 0)
  );
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd());
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

/**
 * The header as it lies before whoever holds the Pi with the USB ports down: odd pins left, even ones right.
 *
 * @param stateOf what the line of a pin does now, if that is known
 */
export function drawHeader(
  stateOf: (pin: HeaderPin) => LineState | undefined,
  coloured: boolean,
): string[] {
  const paint = (pin: HeaderPin, text: string) => coloured ? colourOf(pin, stateOf(pin))(text) : text;
  const lines: string[] = [];
  for (let i = 0; i < HEADER.length; i += 2) {
    const [left, right] = [HEADER[i], HEADER[i + 1]];
    const cells = [
      paint(left, describe(left, stateOf(left), true).padStart(22)),
      paint(left, String(left.pin).padStart(2)),
      "│",
      paint(right, String(right.pin).padEnd(2)),
      paint(right, describe(right, stateOf(right), false)),
    ];
    lines.push(cells.join(" ").trimEnd());
  }
  return lines;
}

function describe({ name, role }: HeaderPin, state: LineState | undefined, isLeft: boolean): string {
  const what = state &&
    (state.direction === "in" ? `in ${state.high ? 1 : 0}` : state.high ? "● high" : "○ low");
  const words = [name, role, what].filter(Boolean);
  return (isLeft ? words.reverse() : words).join(" ");
}

function colourOf({ name, bcm }: HeaderPin, state: LineState | undefined): (text: string) => string {
  if (state?.direction === "out" && state.high) return (text) => bold(yellow(text));
  if (bcm !== undefined) return state ? cyan : green;
  return name.endsWith("V") ? red : dim;
}
