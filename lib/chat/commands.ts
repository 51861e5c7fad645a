import { checkExclusive, choice, command, integer, type Kind, text } from "../cli/mod.ts";
import { usageError } from "../errors.ts";
import { type Context, openContext, untilCode } from "../app/mod.ts";
import {
  type Address,
  checkDialable,
  type InternetAddress,
  leadsBack,
  MAX_DATAGRAM,
  parseAddress,
} from "../net/mod.ts";
import {
  addressPositional,
  checkWeb,
  clientOptions,
  clientPermissions,
  encodingOption,
  endOptions,
  frameOptions,
  interfaceOption,
  interfacePermissions,
  outputOptions,
  reconnectOption,
  recordPermissions,
  serverOptions,
  socketPermissions,
  STREAMS,
  webOptions,
} from "../app/options.ts";
import {
  DEFAULT_PORT,
  hostNick,
  LONGEST_LINE,
  LONGEST_RELAYED,
  parseNickOption,
  parseRoomOption,
} from "./protocol.ts";

const address = addressPositional(DEFAULT_PORT, STREAMS);
const dialled = addressPositional(DEFAULT_PORT, STREAMS, true);

const DEFAULT_ADDRESS = address.kind.parse("");

const turnsOption = {
  help: "the other form: two speak in turn, the one that connected first; bare messages, end or 88 ends both",
};

/** `--turns` has one conversation, without names, rooms and history. */
function checkTurns(options: { turns: boolean }, others: Record<string, unknown>): void {
  if (options.turns) checkExclusive("--turns", others);
}

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
      help: "lines a second that a member may say, after 200 at once (default 20; 0: no limit)",
    },
    maxQueue: {
      kind: integer("BYTES", 4096, 1 << 30),
      default: 262_144,
      help: "what waits for a slow reader (default 256K); beyond, it misses lines and is told how many",
    },
    share: {
      kind: text("URL"),
      help:
        "be one chat with all servers at this Redis or Valkey: redis://[USER@]HOST[:PORT][/DB], rediss://…",
    },
    passwordFile: {
      kind: text("FILE"),
      help: "with --share, the password is in it (or in PINWIRE_REDIS_PASSWORD)",
    },
    ca: clientOptions.ca,
    turns: turnsOption,
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
    ...address?.scheme === "unix" || options.historyFile !== undefined ? ["read", "write"] as const : [],
    ...recordPermissions(options),
    ...options.share === undefined ? [] : ["env", "sys", ...readPermissions(options)] as const,
  ],
  opensFirst: true,
  examples: [
    ["", `on 127.0.0.1:${DEFAULT_PORT}`],
    [`0.0.0.0:${DEFAULT_PORT} -e gbk`, "for the whole network, and for programs that write GBK"],
    ["--history-file chat.jsonl --timestamps", "what was said outlasts a restart"],
    ["0.0.0.0:8888 --web 0.0.0.0:8000", "and a page, for who has installed nothing"],
    [
      "0.0.0.0:8888 --share redis://chat@store.local",
      "one chat with other servers that share the same store",
    ],
  ],
  async run(options, { address = DEFAULT_ADDRESS }, opened) {
    const { web, historyFile, timestamps, share } = options;
    checkTurns(options, {
      "--history-file": historyFile,
      "--timestamps": timestamps,
      "--web": web,
      "--share": share,
      "--metrics": options.metrics,
    });
    checkShare(options);
    checkWeb(options, address);
    await using context = await openContext({ program: "pinwire chat", role: "server" }, options);
    if (options.turns) {
      const { serveTurns } = await import("./turns/turns.ts");
      await serveTurns(address, options, context, opened);
      return untilCode(options, context);
    }
    const { serveChat } = await import("./serve.ts");
    using page = web &&
      await (await import("../web/mod.ts")).openPage("chat", "/ws", { ...options, web }, context);
    using exporter = options.metrics &&
      await (await import("../web/mod.ts")).openMetrics({ ...options, metrics: options.metrics }, context);
    const store = share === undefined ? undefined : await openStore(share, options, context);
    await serveChat(address, { ...options, page, exporter, store }, context, opened);
    return untilCode(options, context);
  },
});

interface ShareOptions {
  share?: string;
  passwordFile?: string;
  ca?: string;
  historyFile?: string;
}

/**
 * What is said in shared rooms is in the store, and options for a store are nothing without one.
 *
 * @throws {PinwireError} `usage`
 */
function checkShare({ share, passwordFile, ca, historyFile }: ShareOptions): void {
  if (share !== undefined) return checkExclusive("--share", { "--history-file": historyFile });
  const given = { "--password-file": passwordFile, "--ca": ca };
  const wrong = Object.entries(given).find(([, value]) => value !== undefined);
  if (wrong) throw usageError(`${wrong[0]} is for a store`, "name one with --share");
}

const readPermissions = ({ passwordFile, ca }: ShareOptions) =>
  passwordFile === undefined && ca === undefined ? [] : ["read"] as const;

/** The store that the servers of one chat share, whose link is another room's. */
async function openStore(url: string, options: ShareOptions & { history: number }, context: Context) {
  const [{ SharedStore }, { prepareStore }] = await Promise.all([
    import("./share/shared_store.ts"),
    import("../redis/mod.ts"),
  ]);
  const { history } = options;
  return new SharedStore(
    await prepareStore(url, options),
    { host: hostNick(Deno.hostname()), history },
    context,
  );
}

const nickKind: Kind<string> = { meta: "NAME", parse: parseNickOption };
const roomKind: Kind<string> = { meta: "NAME", parse: parseRoomOption };

const chatConnect = command({
  summary: "talk, with a server of ours or any other program that takes lines",
  description:
    "Says each line that is typed, or that a script pipes in, and shows what the others say. Ends with /quit, Ctrl-D " +
    "or the end of stdin. A lost link is dialled again and again. A server that does not greet us is sent bare " +
    "messages; there end or 88 ends it too, and so does the server by closing.",
  positionals: { address: dialled },
  options: {
    turns: turnsOption,
    nick: { kind: nickKind, short: "n", help: "what to be called (default: what the server says)" },
    room: { kind: roomKind, short: "r", help: "the room to go into (default lobby)" },
    ...frameOptions("text", LONGEST_RELAYED),
    ...encodingOption,
    ...endOptions,
    ...clientOptions,
    ...reconnectOption,
    ...outputOptions,
  },
  ...socketPermissions,
  permissionsWith: clientPermissions,
  examples: [
    ["--nick amy", `to the server on 127.0.0.1:${DEFAULT_PORT}`],
    ["pi.local --room dev --json", "events on stdout, for a script; each line of stdin is said"],
  ],
  async run(options, { address = DEFAULT_ADDRESS }) {
    checkTurns(options, { "--nick": options.nick, "--room": options.room });
    await using context = await openContext({ program: "pinwire chat", role: "client" }, options);
    if (options.turns) {
      const { talkInTurns } = await import("./turns/turns.ts");
      await talkInTurns(address, options, context);
      return untilCode(options, context);
    }
    const { connect } = await import("./client/connect.ts");
    return await connect(address, options, context) ? untilCode(options, context) : 1;
  },
});

const endpoint = (meta: string, host?: string): Kind<InternetAddress> => ({
  meta,
  parse: (value) => parseAddress(value, { host, schemes: ["udp"] }) as InternetAddress,
});

const chatPeer = command({
  summary: "talk over UDP: both ends alike, each line a datagram",
  description:
    "Binds LOCAL, sends every line to each REMOTE, and shows whatever comes to LOCAL with who sent it. Ends with end " +
    "or 88, said here or by a REMOTE, not with the end of stdin.",
  positionals: {
    local: { kind: endpoint("LOCAL", ""), help: "where to listen: PORT or HOST:PORT" },
    remote: { kind: endpoint("REMOTE"), variadic: true, help: "where to send to, one or more" },
  },
  options: {
    seq: { help: "number what is sent, and tell what was lost, doubled or overtaken of others' (both ends)" },
    ...encodingOption,
    ...endOptions,
    ...interfaceOption,
    ...outputOptions,
  },
  ...socketPermissions,
  permissionsWith: (options, { local, remote }) => [
    "net",
    ...interfacePermissions(options, local as Address, ...remote as Address[]),
    ...recordPermissions(options),
  ],
  examples: [
    ["8989 8080 -e gbk", "the tutorial's pair, one end"],
    ["8080 8989 -e gbk", "and the other"],
    ["0.0.0.0:9000 192.168.1.20:9000 192.168.1.21:9000 --seq", "three that watch what UDP loses"],
  ],
  async run(options, { local, remote }) {
    for (const one of remote) {
      checkDialable(one as Address);
      // Without a host it is on loopback, of one family or the other.
      for (const hostname of local.hostname ? [local.hostname] : ["127.0.0.1", "::1"]) {
        if (!await leadsBack({ ...local, hostname } as Address, one as Address)) continue;
        throw usageError("REMOTE is LOCAL itself", "name another port for the other end");
      }
    }
    const common = { ...options, frame: "raw", maxFrame: MAX_DATAGRAM };
    await using context = await openContext({ program: "pinwire chat", role: "server" }, common);
    const { talkToPeers } = await import("./peer/peer.ts");
    await talkToPeers(local, remote, options, context);
    return untilCode(options, context);
  },
});

/** The commands of the chat mode. */
export const commands = { "chat serve": chatServe, "chat connect": chatConnect, "chat peer": chatPeer };
