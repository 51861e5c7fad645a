import { ALL_PERMISSIONS, command, integer, type Kind, type Permission } from "../../cli/mod.ts";
import { usageError } from "../../errors.ts";
import type { Context, DialSettings } from "../../app/mod.ts";
import {
  clientOptions,
  clientPermissions,
  outputOptions,
  recordPermissions,
  tokenOption,
} from "../../app/options.ts";
import type { Address } from "../../net/mod.ts";
import {
  brokerOptions,
  brokerPermissions,
  type BrokerUrl,
  controllerKind,
  type GpioOptions,
  gpioOptions,
  gpioPermissions,
  tokenPermissions,
} from "../options.ts";
import { ALL, printWord } from "../protocol.ts";
import {
  BLINK,
  type Command,
  parseAmount,
  type SteadyVerb,
  VERB_WORDS,
  VERBS,
  type VerbWord,
} from "../verbs.ts";

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
    const { printPins } = await import("./pin_header.ts");
    printPins(options);
    return 0;
  },
});

const device: { kind: Kind<string>; optional: true; help: string } = {
  kind: {
    meta: "DEVICE",
    parse: (value) => value,
    async values({ via = "", ...given }) {
      const place = controllerKind.parse(via);
      if (place.scheme === "mqtt") return [];
      const { deviceNames } = await import("../device_names.ts");
      return await deviceNames(place, given);
    },
  },
  optional: true,
  help: "with --via, the device to switch: its name or number, or all; at a broker its name, or NODE/DEVICE",
};

const localOptions = {
  via: {
    kind: controllerKind,
    help: "switch a controller's device, or a broker's (mqtt://[USER@]HOST), not a pin of this machine",
  },
  ...tokenOption,
  passwordFile: brokerOptions.passwordFile,
  ...clientOptions,
  ...gpioOptions,
  ...outputOptions,
};

/** What the options of the commands for one pin give. */
interface LocalOptions extends GpioOptions, DialSettings {
  via?: Address | BrokerUrl;
  tokenFile?: string;
  passwordFile?: string;
  record?: string;
}

function localPermissions(options: LocalOptions): readonly Permission[] {
  const { via } = options;
  if (!via) return [...gpioPermissions(options), ...recordPermissions(options)];
  return via.scheme === "mqtt"
    ? brokerPermissions(options)
    : [...clientPermissions(options, { address: via }), ...tokenPermissions(options, false)];
}

/** The commands of the verbs that leave a pin as it then is. */
const switching = Object.fromEntries(VERB_WORDS.flatMap((word) => {
  const verb = VERBS[word];
  return verb.amount ? [] : [[`led ${word}`, switchCommand(word, verb)]];
}));

function switchCommand(word: VerbWord, verb: SteadyVerb) {
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
      ["kitchen --via mqtt://pi.local", "the device kitchen that the MQTT broker there knows"],
    ],
    run(options, { device }) {
      return hereOrVia(options, device, () => ({ do: word }), async (context) => {
        const { switchPins } = await import("./pin_commands.ts");
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
    const order = (): Command => {
      if (options.count === undefined) return { do: "blink", amount: options.hz };
      throw usageError("--count is for a pin of this machine", "leave it or --via out");
    };
    return hereOrVia(options, device, order, async (context) => {
      const { blinkPins } = await import("./pin_commands.ts");
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
    return hereOrVia(options, device, () => undefined, async (context) => {
      const { tellPins } = await import("./pin_commands.ts");
      tellPins(options, context);
    });
  },
});

/** Does `here` with pins of this machine or, with `--via`, has a device do what `order` gives; nothing asks for it. */
async function hereOrVia(
  options: LocalOptions & { json: boolean; quiet: boolean; trace: boolean; force: boolean; noColor: boolean },
  device: string | undefined,
  order: () => Command | undefined,
  here: (context: Context) => Promise<void>,
): Promise<number> {
  const { via } = options;
  checkVia(options, device);
  const { onThisMachine, throughController } = await import("./pin_commands.ts");
  if (!via) {
    await onThisMachine(options, here);
    return 0;
  }
  const command = order();
  if (via.scheme === "mqtt") {
    const which = !command && (device === undefined || device === ALL) ? undefined : needed(device);
    const [{ throughBroker }, { mqttSettings, visitBroker }] = await Promise.all([
      import("../mqtt/via.ts"),
      import("../../mqtt/mod.ts"),
    ]);
    const settings = await mqttSettings(via.url, options);
    await throughBroker(command, which, (errand, context) => visitBroker(settings, errand, context), options);
  } else {
    await throughController(lineOf(command, device), via, options);
  }
  return 0;
}

/** What a controller is told. */
function lineOf(command: Command | undefined, device: string | undefined): string {
  if (!command) return `status ${needed(device ?? ALL)}`;
  const [word, ...amount] = printWord(command).split(" ");
  return [word, needed(device), ...amount].join(" ");
}

function needed(device: string | undefined): string {
  if (device !== undefined && /^[^\s:]+$/.test(device)) return device;
  throw usageError(
    device === undefined ? "--via needs a device" : `"${device}" can't be a device`,
    'name it, as in "led on kitchen --via ADDRESS", or all',
  );
}

function checkVia({ via, pin, tokenFile, passwordFile }: LocalOptions, device: string | undefined): void {
  if (via && pin.length) throw usageError("--pin is for this machine", "leave it or --via out");
  if (via?.scheme !== "mqtt" && passwordFile !== undefined) {
    throw usageError("--password-file is for a broker", "name it with --via mqtt://USER@HOST");
  }
  if (via && (via.scheme !== "mqtt" || tokenFile === undefined)) return;
  if (tokenFile !== undefined) throw usageError("--token-file is for a controller", "name it with --via");
  if (device === undefined) return;
  throw usageError(
    `"${device}" is a controller's device`,
    "name its controller with --via, or the pin with --pin",
  );
}

/** The commands for pins of this machine, or for somebody's device. */
export const commands = {
  ...switching,
  "led blink": ledBlink,
  "led status": ledStatus,
  "led pins": ledPins,
};
