import { ALL_PERMISSIONS, choice, type Kind, type Permission, text } from "../cli/mod.ts";
import { usageError } from "../errors.ts";
import { chooseGpio, type Gpio, type GpioChoice, type Line, parseLine } from "deno-gpio";
import type { Context } from "../app/mod.ts";
import { addressPositional, clientPermissions, STREAMS } from "../app/options.ts";
import type { Address } from "../net/mod.ts";
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

/** What a device is called. */
export const nameKind: Kind<string> = { meta: "NAME", parse: parseName };

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

/** A broker, whose URL is read by what dials it. */
export interface BrokerUrl {
  scheme: "mqtt";
  url: string;
}

const BROKER_SCHEMES = ["mqtt://", "mqtts://"];

const isBroker = (value: string) => /^mqtts?:/i.test(value);

/** A broker alone. */
export const brokerUrlKind: Kind<BrokerUrl> = {
  meta: "URL",
  parse(url) {
    if (isBroker(url)) return { scheme: "mqtt", url };
    throw usageError(`"${url}" is not a broker`, "write mqtt://HOST or mqtts://USER@HOST");
  },
  values: () => BROKER_SCHEMES,
};

/** Where a controller is, or a broker. */
export const controllerKind: Kind<Address | BrokerUrl> = {
  ...dialled.kind,
  parse: (value) => isBroker(value) ? { scheme: "mqtt", url: value } : dialled.kind.parse(value),
  values: (...given) => [...dialled.kind.values!(...given) as string[], ...BROKER_SCHEMES],
};

const prefixKind: Kind<string> = {
  meta: "PREFIX",
  parse(value) {
    if (/^[^+#\0/]+(\/[^+#\0/]+)*$/.test(value)) return value;
    throw usageError(`"${value}" can't begin a topic`, "write one like homeassistant, or none");
  },
  values: () => ["homeassistant", NO_DISCOVERY],
};

/** What `--discovery-prefix` says where nobody is to discover anything. */
const NO_DISCOVERY = "none";

/** How a broker takes us in, and who is told of our devices. */
export const brokerOptions = {
  passwordFile: {
    kind: text("FILE"),
    help: "the password for the broker is in it (or in PINWIRE_MQTT_PASSWORD)",
  },
  discoveryPrefix: {
    kind: prefixKind,
    help: "where Home Assistant looks for devices (default homeassistant); none: it is not told",
  },
} as const;

/** What parsing gives for {@linkcode brokerOptions}. */
export interface BrokerOptions {
  passwordFile?: string;
  discoveryPrefix?: string;
}

/** What a node at a broker is told. */
export function nodeOptions<T extends BrokerOptions>(
  options: T,
): T & { discoveryPrefix: string | undefined } {
  const { discoveryPrefix = "homeassistant" } = options;
  return { ...options, discoveryPrefix: discoveryPrefix === NO_DISCOVERY ? undefined : discoveryPrefix };
}

/**
 * Refuses options for a broker where there is none.
 *
 * @param by how a broker is named
 * @throws {PinwireError} `usage`
 */
export function checkBroker(
  by: string,
  broker: BrokerUrl | undefined,
  { passwordFile, discoveryPrefix, name, ca }: BrokerOptions & { name?: string; ca?: string },
): void {
  if (broker) return;
  const given = {
    "--password-file": passwordFile,
    "--discovery-prefix": discoveryPrefix,
    "--name": name,
    "--ca": ca,
  };
  const wrong = Object.entries(given).find(([, value]) => value !== undefined);
  if (wrong) throw usageError(`${wrong[0]} is for a broker`, `name one with ${by}`);
}

/** What a client of a broker needs: besides what every client does, the environment, for its library too, and a file. */
export const brokerPermissions = (
  options: { passwordFile?: string; ca?: string; record?: string },
): Permission[] => [
  ...clientPermissions(options, { address: DEFAULT_ADDRESS }),
  "env",
  ...options.passwordFile === undefined ? [] : ["read"] as const,
];
