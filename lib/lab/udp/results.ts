import { bold, green, red, yellow } from "@std/fmt/colors";
import type { ArrivalEvent } from "../../app/mod.ts";
import { padColumns } from "../../text/width.ts";
import type { Look } from "../show.ts";
import { NUMBERS } from "./fates.ts";
import { PACKETS, RESULTS, TIMES } from "./texts.ts";

/** Columns of a number that was got, and of what stands before the first. */
const CELL = 5, LABEL = 8;
/** Columns of a time, and of the bar beside it. */
const TIME = 7, BAR = 22;
const ALL = Array.from({ length: NUMBERS }, (_, i) => i + 1);

/** What both programs got. */
export interface Got {
  udp: ArrivalEvent[];
  tcp: ArrivalEvent[];
  /** How many segments carried it. */
  segments: number;
}

/** Draws what was sent, and below it what both programs got: in what order, and after how long. */
export function drawResults(got: Got, look: Look): string {
  return `${drawOrder(got, look)}\n${drawTimes(got, look)}`;
}

/**
 * Numbers in the order in which they were got, with what is wrong about them.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(cellsOf([1, 3, 4, 4, 6, 5], [2]), ["1", "✗", "3", "4×2", "6", "5↷"]);
 * ```
 *
 * @param missing what was sent and never got, in order
 */
export function cellsOf(numbers: readonly number[], missing: readonly number[]): string[] {
  const cells: string[] = [];
  const left = [...missing];
  let highest = 0;
  numbers.forEach((number, i) => {
    if (numbers[i - 1] === number) return;
    for (; left[0] < number; left.shift()) cells.push("✗");
    cells.push(`${number}${numbers[i + 1] === number ? "×2" : ""}${number < highest ? "↷" : ""}`);
    highest = Math.max(highest, number);
  });
  return [...cells, ...left.map(() => "✗")];
}

function drawOrder({ udp, tcp, segments }: Got, look: Look): string {
  const say = look.language;
  const paint = painter(look);
  const numbers = udp.map(({ number }) => number);
  const missing = ALL.filter((number) => !numbers.includes(number));
  const twice = numbers.filter((number, i) => numbers[i - 1] === number);
  const late = [...new Set(numbers.filter((number, i) => numbers.slice(0, i).some((one) => one > number)))];
  const faults = [
    [RESULTS.missing, missing] as const,
    [RESULTS.twice, twice] as const,
    [RESULTS.late, late] as const,
  ].filter(([, numbers]) => numbers.length);
  const said = faults.map(([text, numbers]) => text[say](numbers.join(say === "zh" ? "、" : ", ")));
  const whole = paint(green, RESULTS.whole[say]());
  const row = (label: string, cells: string[]) =>
    `  ${padColumns(label, LABEL)}` + cells.map((cell) =>
      paint(/\D/.test(cell) ? cell === "✗" ? red : yellow : plain, padColumns(cell, CELL, 1))
    ).join("").trimEnd() + "\n";
  const note = (text: string) => `  ${" ".repeat(LABEL)}${text}\n`;
  return `${paint(bold, RESULTS.title[say]())}\n` + row(PACKETS.sent[say](), ALL.map(String)) +
    row("UDP", cellsOf(numbers, missing)) + note(said.length ? paint(yellow, said.join("   ")) : whole) +
    row("TCP", tcp.map(({ number }) => `${number}`)) + note(whole) + note(RESULTS.segments[say](segments));
}

function drawTimes({ udp, tcp }: Got, look: Look): string {
  const paint = painter(look);
  const longest = Math.max(...[...udp, ...tcp].map(({ ms }) => ms));
  const cell = (event: ArrivalEvent | undefined) => {
    if (!event) return paint(red, padColumns(TIMES.never[look.language](), TIME + BAR + 2));
    const { ms, kept_ms: kept = 0 } = event;
    const [length, solid] = [ms, ms - kept].map((time) => Math.max(1, Math.round(time / longest * BAR)));
    const bar = "█".repeat(solid) + paint(yellow, "▒".repeat(length - solid));
    return `${(ms < 10 ? ms.toFixed(1) : `${Math.round(ms)}`).padEnd(TIME)}${bar}${
      " ".repeat(BAR + 2 - length)
    }`;
  };
  const rows = ALL.map((number) => {
    const [one, other] = [udp, tcp].map((all) => cell(all.find((event) => event.number === number)));
    return `  ${padColumns(`${number}`, LABEL)}${one}${other}`.trimEnd() + "\n";
  });
  const head = `  ${" ".repeat(LABEL)}${padColumns("UDP", TIME + BAR + 2)}TCP\n`;
  return `${paint(bold, TIMES.title[look.language]())}\n${head}${rows.join("")}`;
}

const plain = (text: string) => text;
const painter = ({ coloured }: Look) => (colour: (text: string) => string, text: string) =>
  coloured && text ? colour(text) : text;
