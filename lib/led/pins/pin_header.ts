import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import { chooseGpio, type Gpio, type GpioChoice, HEADER, type HeaderPin, type LineState } from "deno-gpio";
import { screenOf } from "../view.ts";

/** Prints the header of this machine, with what each pin does now if that is known. */
export function printPins({ gpio: choice, chip, noColor }: {
  gpio?: GpioChoice;
  chip?: string;
  noColor: boolean;
}): void {
  const { gpio, reason } = chooseGpio({ ...choice, chip });
  for (const line of drawHeader((pin) => stateOf(gpio, pin), screenOf(noColor).isColoured)) console.log(line);
  console.log();
  if (reason) console.log(reason);
}

/**
 * Draws the header as one sees it with the USB ports of the Pi below: odd pins left, even ones right.
 *
 * @param stateOf what the line of a pin does now, if that is known
 */
export function drawHeader(
  stateOf: (pin: HeaderPin) => LineState | undefined,
  isColoured: boolean,
): string[] {
  const paint = (pin: HeaderPin, text: string) => isColoured ? colourOf(pin, stateOf(pin))(text) : text;
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

function stateOf(gpio: Gpio, { bcm, name }: HeaderPin): LineState | undefined {
  return bcm === undefined ? undefined : gpio.inspect({ offset: bcm, name, label: name });
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
