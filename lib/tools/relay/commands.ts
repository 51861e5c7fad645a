import { command, duration, integer, type Permission } from "../../cli/mod.ts";
import { openContext } from "../../app/mod.ts";
import { WEB_PORTS } from "../../net/mod.ts";
import {
  addressKind,
  checkWeb,
  clientOptions,
  encodingOption,
  frameOptions,
  interfaceOption,
  interfacePermissions,
  outputOptions,
  recordPermissions,
  serverOptions,
  SOCKETS,
  webOptions,
} from "../../app/options.ts";
import { checkApart, disturbanceOptions, disturbances } from "./options.ts";

const address = (meta: string, webPorts?: typeof WEB_PORTS) => ({
  ...addressKind({ schemes: SOCKETS, webPorts }),
  meta,
});

const relay = command({
  summary: "stand between two programs: show what they say, and disturb it",
  description:
    "Each client that connects to LISTEN gets a connection of its own to TARGET. Bytes, the ends of either side, " +
    "and resets pass as they are, unless an option disturbs them: behind its value :up means only what goes to the " +
    "target, :down only what comes from it. Its console: list, pause, resume, stall, cut and reset, each with the " +
    "number of a connection or all.",
  positionals: {
    listen: {
      kind: address("LISTEN"),
      help: "where clients connect: PORT, HOST:PORT, udp://…, tls://…, ws://…, wss://… or unix:PATH",
    },
    target: {
      kind: address("TARGET", WEB_PORTS),
      help: "where they are taken: HOST:PORT, udp://…, tls://…, ws://…, wss://… or unix:PATH",
    },
  },
  options: {
    ...disturbanceOptions,
    seed: { kind: integer("N", 0), help: "make chance the same each time (default: another one each time)" },
    ...frameOptions("raw"),
    ...encodingOption,
    ...clientOptions,
    ...interfaceOption,
    ...serverOptions,
    idleTimeout: {
      kind: duration(),
      help: "close a connection on which nothing moved for so long (default: never; over UDP 60)",
    },
    ...webOptions,
    ...outputOptions,
  },
  permissions: ["net", "ffi"],
  optionalPermissions: ["ffi"],
  permissionsWith: ({ ca, record, ...options }, { listen, target }): Permission[] => [
    "net",
    "ffi",
    ...interfacePermissions(options, listen, target),
    ...[listen, target].some(({ scheme }) => scheme === "unix") ? ["read", "write"] as const : [],
    ...ca === undefined ? [] : ["read"] as const,
    ...recordPermissions({ record }),
  ],
  opensFirst: true,
  examples: [
    ["8001 127.0.0.1:8000 --trace --frame line", "show each read of both sides, and the lines in it"],
    ["8001 tls://example.com:443", "end TLS here: what a plain client says goes out encrypted"],
    ["8001 127.0.0.1:8000 --frame line --web 8002", "the same as a picture, in a browser"],
    ["ws://8001 127.0.0.1:8000", "let pages speak with a server of plain TCP"],
    ["8001 127.0.0.1:8000 --delay 300~50 --rate 10k:down", "a slow network"],
    ["8001 127.0.0.1:8000 --reset 1000:down", "cut every answer off after 1,000 bytes"],
    [
      "udp://8001 udp://127.0.0.1:8000 --loss 0.1 --seed 7",
      "lose one datagram of ten, the same ones each time",
    ],
  ],
  async run(options, { listen, target }, opened) {
    const { web } = options;
    await checkApart(listen, target);
    checkWeb(options, listen);
    const isDatagram = [listen, target].some(({ scheme }) => scheme === "udp");
    const { up, down } = disturbances(options, isDatagram);
    await using context = await openContext(
      { program: "pinwire relay", role: "server", leavesStdout: true },
      options,
    );
    const { serveRelay } = await import("./serve.ts");
    using page = web &&
      await (await import("../../web/mod.ts")).openPage("frames", "/events", { ...options, web }, context);
    using exporter = options.metrics &&
      await (await import("../../web/mod.ts")).openMetrics({ ...options, metrics: options.metrics }, context);
    await serveRelay(
      listen,
      target,
      { ...options, page, exporter, disturbances: { up, down } },
      context,
      opened,
    );
    return 0;
  },
});

/** The command that stands between two programs. */
export const commands = { relay };
