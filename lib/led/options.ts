import { ALL_PERMISSIONS, choice, type Kind, type Permission, text } from "../cli/mod.ts";
import { usageError } from "../errors.ts";
import { chooseGpio, type Gpio, type GpioChoice, type Line, parseLine } from "deno-gpio";
import type { Context } from "../app/mod.ts";
import { addressPositional, STREAMS } from "../app/options.ts";
import { DEFAULT_PORT, parseName } from "./protocol.ts";

/** Where a controller is. */
export const address = addressPositional(DEFAULT_PORT, STREAMS);

/** The same of a command that dials. */
export const dialled = addressPositional(DEFAULT_PORT, STREAMS, true);

/** Where it is if nobody says it. */
export const DEFAULT_ADDRESS = address.kind.parse("");

/** A pin on the command line, perhaps under a name. */
export interface NamedPin {
  name?: string;
  pin: string;
}

const gpioKind: Kind<GpioChoice> = {
  meta: "ADAPTER",
  parse(value) {
    if (value === "sysfs" || value === "simulated") return { kind: value };
    const root = value.match(/^sysfs:(.+)$/)?.[1];
    if (root !== undefined) return { kind: "sysfs", root };
    throw usageError(`"${value}" is no way to get at pins`, "use sysfs, sysfs:ROOT or simulated");
  },
  values: () => ["sysfs", "simulated"],
};

const pinKind: Kind<NamedPin> = {
  meta: "[NAME=]PIN",
  parse(value) {
    const [, name, pin] = value.match(/^(?:([^=]*)=)?([^=]*)$/) ?? [];
    if (!pin) throw usageError(`"${value}" is no pin`, "write 11, GPIO17, or red=11");
    return name === undefined ? { pin } : { name: parseName(name), pin };
  },
};

/** Which pins, and how to get at them. */
export const gpioOptions = {
  pin: {
    kind: pinKind,
    short: "p",
    multiple: true,
    help: "the pin (default 11); several with names, as in --pin red=11 --pin green=13, are a device each",
  },
  numbering: {
    kind: choice("board|bcm|line", ["board", "bcm", "line"]),
    default: "board",
    help: "how pins are counted: by their place on the header (default), by BCM number, or by line of --chip",
  },
  gpio: {
    kind: gpioKind,
    help: "sysfs, sysfs:ROOT (another mount of it) or simulated; default sysfs if the header's chip is there",
  },
  chip: { kind: text("LABEL"), help: "the chip's label (default: that of a Raspberry Pi's header)" },
  activeLow: { help: "on is the low level, for an LED between the pin and 3.3 V" },
} as const;

/** What parsing gives for {@linkcode gpioOptions}. */
export interface GpioOptions {
  pin: NamedPin[];
  numbering: "board" | "bcm" | "line";
  gpio?: GpioChoice;
  chip?: string;
  activeLow: boolean;
}

/** The pin that the tutorials use. */
const DEFAULT_PIN = "11";

/**
 * The lines that are meant, each with the name of its device, if one was given.
 *
 * @throws {PinwireError} `usage` for what is no pin, a pin or a name twice, or several without names
 */
export function linesOf({ pin: pins, numbering }: GpioOptions): { name?: string; line: Line }[] {
  const lines = (pins.length ? pins : [{ pin: DEFAULT_PIN } as NamedPin])
    .map(({ name, pin }) => ({ name, line: parseLine(pin, numbering) }));
  const twice = <T>(values: T[]) => values.find((value, i) => values.indexOf(value) < i);
  const offset = twice(lines.map(({ line }) => line.offset));
  if (offset !== undefined) {
    const { label } = lines.find(({ line }) => line.offset === offset)!.line;
    throw usageError(`${label} is given twice`, "name each pin once");
  }
  const name = twice(lines.flatMap(({ name }) => name ?? []));
  if (name !== undefined) throw usageError(`two pins are called ${name}`, "give each a name of its own");
  if (lines.length > 1 && lines.some(({ name }) => name === undefined)) {
    throw usageError("several pins need names", "write --pin red=11 --pin green=13");
  }
  return lines;
}

/** Opens the adapter, and says which one it is if nobody asked for it. */
export function openGpio({ gpio, chip }: GpioOptions, { reporter }: Context): Gpio {
  const chosen = chooseGpio({ ...gpio, chip });
  if (chosen.reason) reporter.report({ event: "notice", text: chosen.reason });
  return chosen.gpio;
}

/** What Deno must allow for the pins: for /sys it wants everything (docs/led.md says why). */
export function gpioPermissions({ gpio }: { gpio?: GpioChoice }): readonly Permission[] {
  if (gpio?.kind === "simulated") return [];
  if (gpio?.root !== undefined) return ["read", "write"];
  return ALL_PERMISSIONS;
}

/** What `--token-file` needs: the file is read, or made, only after a look at its owner and its rights, which is "sys". */
export function tokenPermissions({ tokenFile }: { tokenFile?: string }, make: boolean): Permission[] {
  if (tokenFile === undefined) return [];
  return make ? ["read", "write", "sys"] : ["read", "sys"];
}
