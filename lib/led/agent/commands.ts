import { ALL_PERMISSIONS, choice, command } from "../../cli/mod.ts";
import {
  clientOptions,
  clientPermissions,
  encodingOption,
  endOptions,
  frameOptions,
  outputOptions,
  reconnectOption,
  tokenOption,
} from "../../app/options.ts";
import {
  brokerOptions,
  brokerPermissions,
  checkBroker,
  controllerKind,
  DEFAULT_ADDRESS,
  dialled,
  gpioOptions,
  gpioPermissions,
  nameKind,
  nodeOptions,
  tokenPermissions,
} from "../options.ts";
import { DEFAULT_PORT, LONGEST_LINE } from "../protocol.ts";
import { VERB_WORDS } from "../verbs.ts";

const VERB_LIST = `${VERB_WORDS.slice(0, -1).join(", ")} and ${VERB_WORDS.at(-1)}`;

/** `led agent`. */
export const ledAgent = command({
  summary: "move the pins of this machine as a controller says",
  description:
    `Connects, says what its device is, obeys ${VERB_LIST}, reports every change, and dials again ` +
    "for ever when the link is lost. Without GPIO the pins are simulated.",
  positionals: {
    address: {
      kind: controllerKind,
      optional: true,
      help: `${dialled.help}; mqtt://[USER@]HOST or mqtts://… for a broker`,
    },
  },
  options: {
    name: { kind: nameKind, short: "n", help: "the device's name (default: this machine's)" },
    ...gpioOptions,
    initial: {
      kind: choice("on|off|keep", ["on", "off", "keep"]),
      default: "keep",
      help: "what the pin is at the start (default keep: what it puts out already, or off)",
    },
    onDisconnect: {
      kind: choice("hold|off|blink", ["hold", "off", "blink"]),
      default: "hold",
      help: "what the pin does while the link is lost (default hold: as it was, blinking or not)",
    },
    onExit: {
      kind: choice("off|keep", ["off", "keep"]),
      default: "off",
      help: "what the pin is at the end (default off)",
    },
    interactive: {
      short: "i",
      help: "ask for the controller's address (an empty line is ADDRESS); until then 1 and 2 switch the pin",
    },
    ...tokenOption,
    ...frameOptions("text", LONGEST_LINE),
    ...encodingOption,
    ...endOptions,
    ...clientOptions,
    ...reconnectOption,
    ...brokerOptions,
    ...outputOptions,
  },
  permissions: ALL_PERMISSIONS,
  optionalPermissions: ["ffi"],
  permissionsWith: (options, positionals) => [
    ...gpioPermissions(options),
    ...positionals.address?.scheme === "mqtt"
      ? brokerPermissions(options)
      : clientPermissions(options, { address: positionals.address ?? DEFAULT_ADDRESS }),
    ...options.interactive ? ["read", "write"] as const : [],
    ...tokenPermissions(options, false),
    ...options.name === undefined && !options.pin.some(({ name }) => name) ? ["sys"] as const : [],
  ],
  examples: [
    ["192.168.1.10", `pin 11 obeys the controller on 192.168.1.10:${DEFAULT_PORT}`],
    ["pi.local --pin red=11 --pin green=13", "two devices"],
    ["--gpio simulated --name lamp", "without a Raspberry Pi, to try it"],
    ["mqtt://homeassistant.local", "Home Assistant switches pin 11"],
  ],
  async run(options, { address = DEFAULT_ADDRESS }) {
    const { runAgents } = await import("./command.ts");
    if (address.scheme !== "mqtt") {
      const { passwordFile, discoveryPrefix } = options;
      checkBroker("mqtt://HOST", undefined, { passwordFile, discoveryPrefix });
      const { byController, namedLines } = await import("./controllers.ts");
      return await runAgents(namedLines(options), byController(address, options), options);
    }
    const [{ brokerLines, byBroker, checkBrokerOptions }, { prepareLinks }] = await Promise.all([
      import("../mqtt/agent.ts"),
      import("../../mqtt/mod.ts"),
    ]);
    checkBrokerOptions(options);
    const steering = byBroker(nodeOptions(options), await prepareLinks(address.url, options));
    return await runAgents(brokerLines(options), steering, { ...options, frame: "raw" });
  },
});
