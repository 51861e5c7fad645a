import { command, duration } from "../../cli/mod.ts";
import { DEFAULT_MAX_FRAME } from "../../framing/mod.ts";
import { hasColors, openContext } from "../../app/mod.ts";
import {
  addressKind,
  clientOptions,
  clientPermissions,
  interfacePermissions,
  outputOptions,
  socketPermissions,
  SOCKETS,
} from "../../app/options.ts";
import { WEB_PORTS } from "../../net/mod.ts";
import { parseTargets } from "./targets.ts";

const { ca, connectTimeout, bind, subprotocol, header, origin } = clientOptions;
const { json, quiet, noColor } = outputOptions;

const probe = command({
  summary: "tell whether addresses are open, how fast, and with which certificate",
  description:
    "A row for each: open, closed or no answer, with the time that it took; over UDP, where an open port may " +
    "keep silent, open or silent. Of tls:// and wss:// the certificate too; one that isn't trusted counts as open. The exit " +
    "code is 0 if all are open, else 1.",
  positionals: {
    addresses: {
      kind: { ...addressKind({ schemes: SOCKETS, webPorts: WEB_PORTS }), parse: parseTargets },
      variadic: true,
      help:
        "HOST:PORT, PORT, HOST:FIRST-LAST (1024 ports at most), udp://…, tls://…, ws://…, wss://… or unix:PATH",
    },
  },
  options: {
    wait: { kind: duration(), help: "try again until all are open, at most for so long" },
    ca,
    connectTimeout,
    bind,
    subprotocol,
    header,
    origin,
    json,
    quiet,
    noColor,
  },
  ...socketPermissions,
  permissionsWith: (options, { addresses }) => {
    const all = addresses.flat();
    return [
      ...clientPermissions(options, { address: all.find(({ scheme }) => scheme === "unix") ?? all[0] }),
      ...interfacePermissions({}, ...all),
    ];
  },
  examples: [
    ["127.0.0.1:8000-8010", "which of these ports are open"],
    ["tls://example.org:443", "the certificate, and whether it is trusted"],
    ["--wait 30 127.0.0.1:5432 && echo ready", "until a server is there, in a script"],
  ],
  async run(options, positionals) {
    const [{ probe }, { rowPrinter }] = await Promise.all([import("./probe.ts"), import("./row.ts")]);
    const addresses = positionals.addresses.flat();
    const row = rowPrinter(addresses, {
      aligned: Deno.stdout.isTerminal(),
      coloured: hasColors(Deno.stdout, options.noColor),
    });
    await using context = await openContext(
      {
        program: "pinwire probe",
        role: "client",
        show: (event) => event.event === "probe" ? `${row(event)}\n` : undefined,
      },
      { encoding: "utf-8", frame: "raw", maxFrame: DEFAULT_MAX_FRAME, trace: false, ...options },
    );
    return await probe(addresses, options, context);
  },
});

/** The command `probe`. */
export const commands = { probe };
