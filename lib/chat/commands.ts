import { choice, command, integer, text } from "../cli/mod.ts";
import { openContext } from "../net/mod.ts";
import {
  addressKind,
  encodingOption,
  endOptions,
  frameOptions,
  outputOptions,
  serverOptions,
} from "../net/options.ts";
import { DEFAULT_PORT, LONGEST_LINE } from "./protocol.ts";

const address = {
  kind: addressKind({ port: DEFAULT_PORT, schemes: ["tcp", "tls", "unix"] }),
  optional: true,
  help: "HOST:PORT, PORT, tls://… or unix:PATH (default 127.0.0.1:8888)",
} as const;

const DEFAULT_ADDRESS = address.kind.parse("");

const chatServe = command({
  summary: "rooms where whoever connects can talk: with our client, nc, telnet or a tutorial's",
  description:
    "Everybody comes into the room lobby under a name of its own; /help tells the commands. What is typed here is " +
    "said by server. Listens on loopback unless the address says otherwise.",
  positionals: { address },
  options: {
    history: {
      kind: integer("N", 0, 10_000),
      default: 100,
      help: "lines of each room for who comes late (default 100)",
    },
    historyFile: { kind: text("FILE"), help: "keep them over a restart, as JSON lines" },
    timestamps: { help: "begin each line with its time" },
    greeting: {
      kind: choice("on|none", ["on", "none"]),
      default: "on",
      help: "none: say nothing first (our own client then has no name, rooms or heartbeat)",
    },
    rate: {
      kind: integer("N", 0, 1_000_000),
      default: 20,
      help:
        "lines a second that a member may say, after ten seconds' worth at once (default 20; 0: no limit)",
    },
    maxQueue: {
      kind: integer("BYTES", 4096, 1 << 30),
      default: 262_144,
      help: "what waits for a slow reader (default 256K); beyond, it misses lines and is told how many",
    },
    ...frameOptions("text", LONGEST_LINE),
    ...encodingOption,
    ...endOptions,
    ...serverOptions,
    ...outputOptions,
  },
  permissions: ["net"],
  permissionsWith: (options, { address }) => [
    "net",
    ...address?.scheme === "unix" || options.historyFile !== undefined ? ["read", "write"] as const : [],
  ],
  opensFirst: true,
  examples: [
    ["", "on 127.0.0.1:8888"],
    ["0.0.0.0:8888 -e gbk", "for the whole network, and for programs that write GBK"],
    ["--history-file chat.jsonl --timestamps", "what was said outlasts a restart"],
  ],
  async run(options, { address = DEFAULT_ADDRESS }, opened) {
    await using context = await openContext({ program: "pinwire chat", role: "server" }, options);
    const { hostChat } = await import("./host.ts");
    await hostChat(address, options, context, opened);
    return 0;
  },
});

/** The commands of the chat mode. */
export const commands = { "chat serve": chatServe };
