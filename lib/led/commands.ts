import { ALL_PERMISSIONS, command, integer, type Kind, type Permission } from "../cli/mod.ts";
import { usageError } from "../errors.ts";
import { type Context, type DialSettings, openContext, untilCode } from "../app/mod.ts";
import type { Address } from "../net/mod.ts";
import {
  checkWeb,
  clientOptions,
  clientPermissions,
  encodingOption,
  endOptions,
  frameOptions,
  outputOptions,
  recordPermissions,
  serverOptions,
  socketPermissions,
  tokenOption,
  webOptions,
} from "../app/options.ts";
import { ledAgent } from "./agent/commands.ts";
import {
  address,
  DEFAULT_ADDRESS,
  dialled,
  type GpioOptions,
  gpioOptions,
  gpioPermissions,
  tokenPermissions,
} from "./options.ts";
import { ALL, DEFAULT_PORT, LONGEST_LINE } from "./protocol.ts";
import { BLINK, parseAmount, type SteadyVerb, VERB_WORDS, VERBS } from "./verbs.ts";

const ledServe = command({
  summary: "list the devices that call in, and switch them",
  description:
    "Agents, and clients that only read, connect to it; its console lists and switches them: help, list, " +
    "on 3, off all, blink kitchen 2, name 3 kitchen, quit, and 3:1 and 3:2 as in the tutorial. What a device " +
    "was told is told again when it comes back. Listens on loopback unless the address says otherwise.",
  positionals: { address },
  options: {
    ...tokenOption,
    ...frameOptions("text", LONGEST_LINE),
    ...encodingOption,
    ...endOptions,
    ...serverOptions,
    ...webOptions,
    ...outputOptions,
  },
  ...socketPermissions,
  permissionsWith: (options, { address }) => [
    "net",
    ...address?.scheme === "unix" ? ["read", "write"] as const : [],
    ...tokenPermissions(options, true),
    ...recordPermissions(options),
  ],
  opensFirst: true,
  examples: [
    ["", `on 127.0.0.1:${DEFAULT_PORT}`],
    [
      `0.0.0.0:${DEFAULT_PORT} --token-file led.token`,
      "for the whole network, and only for who knows the token",
    ],
    ["--json", "events on stdout, for a script; the console reads its stdin"],
    ["--web 0.0.0.0:8000", "and a page, for a phone"],
  ],
  async run(options, { address = DEFAULT_ADDRESS }, opened) {
    const { web } = options;
    checkWeb(options, address);
    await using context = await openContext(
      { program: "pinwire led", role: "server", leavesStdout: true },
      options,
    );
    const { serveLed } = await import("./serve.ts");
    using page = web &&
      await (await import("../web/mod.ts")).openPage("led", "/ws", { ...options, web }, context);
    await serveLed(address, { ...options, page }, context, opened);
    return untilCode(options, context);
  },
});

const ledPins = command({
  summary: "draw the header: what each pin is, and what is on",
  positionals: {},
  options: {
    gpio: gpioOptions.gpio,
    chip: gpioOptions.chip,
    noColor: outputOptions.noColor,
  },
  permissions: ALL_PERMISSIONS,
  permissionsWith: gpioPermissions,
  examples: [["", "the 40 pins"]],
  async run(options) {
    const { printPins } = await import("./pins/pin_header.ts");
    printPins(options);
    return 0;
  },
});

const device: { kind: Kind<string>; optional: true; help: string } = {
  kind: {
    meta: "DEVICE",
    parse: (value) => value,
    async values({ via = "", ...given }) {
      const { deviceNames } = await import("./device_names.ts");
      return await deviceNames(dialled.kind.parse(via), given);
    },
  },
  optional: true,
  help: "with --via, the device to switch: its name or number, or all",
};

const localOptions = {
  via: { kind: dialled.kind, help: "switch a controller's device, not a pin of this machine" },
  ...tokenOption,
  ...clientOptions,
  ...gpioOptions,
  ...outputOptions,
};

/** What the options of the commands for one pin give. */
interface LocalOptions extends GpioOptions, DialSettings {
  via?: Address;
  tokenFile?: string;
  record?: string;
}

function localPermissions(options: LocalOptions): readonly Permission[] {
  const { via } = options;
  if (!via) return [...gpioPermissions(options), ...recordPermissions(options)];
  return [...clientPermissions(options, { address: via }), ...tokenPermissions(options, false)];
}

/** The commands of the verbs that leave a pin as it then is. */
const switching = Object.fromEntries(VERB_WORDS.flatMap((word) => {
  const verb = VERBS[word];
  return verb.amount ? [] : [[`led ${word}`, switchCommand(word, verb)]];
}));

function switchCommand(word: string, verb: SteadyVerb) {
  return command({
    summary: verb.summary,
    positionals: { device },
    options: localOptions,
    permissions: ALL_PERMISSIONS,
    permissionsWith: localPermissions,
    examples: [
      ["", "pin 11 of this machine"],
      ["--pin GPIO17", "the same pin, by its name"],
      ["kitchen --via pi.local", "the device kitchen of the controller on pi.local"],
    ],
    run(options, { device }) {
      return hereOrVia(options, device, () => `${word} ${needed(device)}`, async (context) => {
        const { switchPins } = await import("./pins/pin_commands.ts");
        await switchPins(verb, options, context);
      });
    },
  });
}

const rate = BLINK.amount;
const hzKind: Kind<number> = { meta: "HZ", parse: (text) => parseAmount(rate, text) };

const ledBlink = command({
  summary: "blink a pin, or a controller's device",
  description: "A pin of this machine blinks until Ctrl-C, or --count times; then it is off.",
  positionals: { device },
  options: {
    hz: { kind: hzKind, default: rate.usual, help: `times a second (default ${rate.usual})` },
    count: { kind: integer("N", 1, 1e9), help: "so often, and then end" },
    ...localOptions,
  },
  permissions: ALL_PERMISSIONS,
  permissionsWith: localPermissions,
  examples: [
    ["--count 3", "three times, once a second"],
    ["kitchen --hz 2 --via pi.local", "the device kitchen, until it is told otherwise"],
  ],
  run(options, { device }) {
    const line = () => {
      if (options.count === undefined) return `blink ${needed(device)} ${options.hz}`;
      throw usageError("--count is for a pin of this machine", "leave it or --via out");
    };
    return hereOrVia(options, device, line, async (context) => {
      const { blinkPins } = await import("./pins/pin_commands.ts");
      await blinkPins(options, context);
    });
  },
});

const ledStatus = command({
  summary: "tell what a pin is, or a controller's devices",
  positionals: { device: { ...device, help: "with --via, the device; without it, all of them" } },
  options: localOptions,
  permissions: ALL_PERMISSIONS,
  permissionsWith: localPermissions,
  examples: [["", "pin 11 of this machine"], ["--via pi.local", "every device of that controller"]],
  run(options, { device }) {
    return hereOrVia(options, device, () => `status ${needed(device ?? ALL)}`, async (context) => {
      const { tellPins } = await import("./pins/pin_commands.ts");
      tellPins(options, context);
    });
  },
});

/** Does `here` with pins of this machine or, with `--via`, has a controller carry out `line`. */
async function hereOrVia(
  options: LocalOptions & { json: boolean; quiet: boolean; trace: boolean; force: boolean; noColor: boolean },
  device: string | undefined,
  line: () => string,
  here: (context: Context) => Promise<void>,
): Promise<number> {
  checkVia(options, device);
  const { onThisMachine, throughController } = await import("./pins/pin_commands.ts");
  if (options.via) await throughController(line(), options.via, options);
  else await onThisMachine(options, here);
  return 0;
}

function needed(device: string | undefined): string {
  if (device !== undefined && /^[^\s:]+$/.test(device)) return device;
  throw usageError(
    device === undefined ? "--via needs a device" : `"${device}" can't be a device`,
    'name it, as in "led on kitchen --via ADDRESS", or all',
  );
}

function checkVia({ via, pin, tokenFile }: LocalOptions, device: string | undefined): void {
  if (via && pin.length) throw usageError("--pin is for this machine", "leave it or --via out");
  if (via) return;
  if (device !== undefined) {
    throw usageError(
      `"${device}" is a controller's device`,
      "name its controller with --via, or the pin with --pin",
    );
  }
  if (tokenFile !== undefined) throw usageError("--token-file is for a controller", "name it with --via");
}

/** The commands of the LED mode. */
export const commands = {
  "led serve": ledServe,
  "led agent": ledAgent,
  ...switching,
  "led blink": ledBlink,
  "led status": ledStatus,
  "led pins": ledPins,
};
