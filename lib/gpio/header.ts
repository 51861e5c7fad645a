import { usageError } from "../errors.ts";
import type { Line } from "./types.ts";

/** How a pin is counted: its place on the header, the BCM number of its GPIO, or the line offset on a chip. */
export type Numbering = "board" | "bcm" | "line";

/** A pin of the 40-pin header. */
export interface HeaderPin {
  /** Its place, from 1; odd ones are in the left row. */
  readonly pin: number;
  /** What it is: `GPIO17`, `3.3 V`, `5 V`, `ground`, `ID EEPROM`. */
  readonly name: string;
  /** The line offset on the chip, which is the BCM number; `undefined` if the pin is no usable GPIO. */
  readonly bcm?: number;
  /** Its other function, such as `SDA`. */
  readonly role?: string;
}

/** BCM numbers in the order of the header; `3`, `5` and `G` are power and ground, `I` the HAT's EEPROM. */
const LAYOUT =
  "3 5 2 5 3 G 4 14 G 15 17 18 27 G 22 23 3 24 10 G 9 25 11 8 G 7 I I 5 G 6 12 13 G 19 16 26 20 G 21";
const POWER: Record<number, string> = { 1: "3.3 V", 17: "3.3 V", 2: "5 V", 4: "5 V" };
const ROLES: Record<number, string> = {
  2: "SDA",
  3: "SCL",
  7: "CE1",
  8: "CE0",
  9: "MISO",
  10: "MOSI",
  11: "SCLK",
  14: "TXD",
  15: "RXD",
};

/**
 * The 40-pin header of every Raspberry Pi since the B+, pin 1 first.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(HEADER[11 - 1], { pin: 11, name: "GPIO17", bcm: 17 });
 * assertEquals(HEADER[6 - 1].name, "ground");
 * ```
 */
export const HEADER: readonly HeaderPin[] = LAYOUT.split(" ").map((word, at) => {
  const pin = at + 1;
  if (POWER[pin]) return { pin, name: POWER[pin] };
  if (word === "G") return { pin, name: "ground" };
  if (word === "I") return { pin, name: "ID EEPROM" };
  const bcm = Number(word);
  return { pin, name: `GPIO${bcm}`, bcm, ...ROLES[bcm] && { role: ROLES[bcm] } };
});

/**
 * The line that a user means.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseLine("11", "board"), { offset: 17, name: "11", label: "pin 11 (GPIO17)" });
 * assertEquals(parseLine("GPIO17", "bcm").offset, 17);
 * ```
 *
 * @throws {PinwireError} `usage` for what is no line, with what it is instead
 */
export function parseLine(name: string, numbering: Numbering): Line {
  const byName = name.match(/^GPIO(\d{1,2})$/i);
  if (byName && numbering !== "line") return headerLine(name, bcmPin(name, Number(byName[1])));
  if (!/^\d{1,4}$/.test(name)) {
    throw usageError(`"${name}" is no pin`, `use ${EXAMPLES[numbering]}`);
  }
  const number = Number(name);
  if (numbering === "line") return { offset: number, name, label: `line ${number}` };
  return headerLine(name, numbering === "bcm" ? bcmPin(name, number) : boardPin(number));
}

const EXAMPLES: Record<Numbering, string> = {
  board: "its place on the header, as in 11, or its name, as in GPIO17",
  bcm: "its BCM number, as in 17 or GPIO17",
  line: "its line offset on the chip, as in 17",
};

function boardPin(number: number): HeaderPin {
  const pin = HEADER[number - 1];
  if (!pin) throw usageError(`the header has no pin ${number}`, "use one from 1 to 40, such as 11");
  if (pin.bcm !== undefined) return pin;
  if (pin.name === "ID EEPROM") {
    throw usageError(`pin ${number} belongs to the EEPROM of add-on boards`, "use another, such as 11");
  }
  throw usageError(`pin ${number} is ${pin.name} and can't be switched`, "use a GPIO pin, such as 11");
}

function bcmPin(name: string, number: number): HeaderPin {
  const pin = HEADER.find(({ bcm }) => bcm === number);
  if (pin) return pin;
  if (number < 2) throw usageError(`GPIO${number} belongs to the EEPROM of add-on boards`, "use another");
  throw usageError(
    `"${name}" is not on the header, which has GPIO2 to GPIO27`,
    "pins beyond it need --numbering line",
  );
}

function headerLine(name: string, { pin, bcm }: HeaderPin): Line {
  return { offset: bcm!, name, label: `pin ${pin} (GPIO${bcm})` };
}
