import { command } from "../cli/mod.ts";
import { type Context, openContext, untilCode } from "../app/mod.ts";
import {
  checkWeb,
  clientOptions,
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
  type BrokerOptions,
  brokerOptions,
  brokerPermissions,
  brokerUrlKind,
  checkBroker,
  DEFAULT_ADDRESS,
  nameKind,
  nodeOptions,
  tokenPermissions,
} from "./options.ts";
import { commands as pinCommands } from "./pins/commands.ts";
import { DEFAULT_PORT, LONGEST_LINE } from "./protocol.ts";
import type { OpenBridge } from "./serve.ts";

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
    mqtt: {
      kind: brokerUrlKind,
      help:
        "bring the devices to this MQTT broker, mqtt://[USER@]HOST or mqtts://…, and so to Home Assistant",
    },
    name: {
      kind: nameKind,
      short: "n",
      help: "with --mqtt, what all of it is called there (default: this machine's name)",
    },
    ...brokerOptions,
    ca: clientOptions.ca,
    ...outputOptions,
  },
  ...socketPermissions,
  permissionsWith: (options, { address }) => [
    "net",
    ...address?.scheme === "unix" ? ["read", "write"] as const : [],
    ...tokenPermissions(options, true),
    ...recordPermissions(options),
    ...options.mqtt ? brokerPermissions(options) : [],
    ...options.mqtt && options.name === undefined ? ["sys"] as const : [],
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
    ["--mqtt mqtt://homeassistant.local", "and all devices in Home Assistant"],
  ],
  async run(options, { address = DEFAULT_ADDRESS }, opened) {
    const { web, mqtt } = options;
    checkWeb(options, address);
    checkBroker("--mqtt", mqtt, options);
    await using context = await openContext(
      { program: "pinwire led", role: "server", leavesStdout: true },
      options,
    );
    const { serveLed } = await import("./serve.ts");
    using page = web &&
      await (await import("../web/mod.ts")).openPage("led", "/ws", { ...options, web }, context);
    using exporter = options.metrics &&
      await (await import("../web/mod.ts")).openMetrics({ ...options, metrics: options.metrics }, context);
    const bridge = mqtt && await prepareBridge(mqtt.url, options, context);
    await serveLed(address, { ...options, page, exporter, bridge }, context, opened);
    return untilCode(options, context);
  },
});

/** What brings a controller's devices to a broker, whose link is another room's. */
async function prepareBridge(
  url: string,
  options: BrokerOptions & { name?: string; ca?: string },
  context: Context,
): Promise<OpenBridge> {
  const [{ BrokerBridge }, { prepareLinks }] = await Promise.all([
    import("./mqtt/controller.ts"),
    import("../mqtt/mod.ts"),
  ]);
  const openLink = await prepareLinks(url, options);
  return (registry) => new BrokerBridge(registry, nodeOptions(options), openLink, context);
}

/** The commands of the LED mode. */
export const commands = {
  "led serve": ledServe,
  "led agent": ledAgent,
  ...pinCommands,
};
