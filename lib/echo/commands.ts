import { command, duration, integer, milliseconds, text } from "../cli/mod.ts";
import { usageError } from "../errors.ts";
import { openContext, showMessage, showText, untilCode } from "../app/mod.ts";
import {
  addressPositional,
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
  SOCKETS,
  webOptions,
} from "../app/options.ts";
import { DEFAULT_PORT, Reply, STAMP_TEMPLATE } from "./protocol.ts";

const address = addressPositional(DEFAULT_PORT, SOCKETS);
const dialled = addressPositional(DEFAULT_PORT, SOCKETS, true);

const DEFAULT_ADDRESS = address.kind.parse("");

const echoServe = command({
  summary: "answer every message with the time and the message",
  description:
    "Serves many clients at once until Ctrl-C. Listens on loopback unless the address says otherwise. " +
    "Messages with nothing but what one read gave (--frame raw) are what simple peers send; --frame line, " +
    "len:i32le and others cut the stream properly.",
  positionals: { address },
  options: {
    reply: {
      kind: text("TEMPLATE"),
      default: STAMP_TEMPLATE,
      help:
        "what to answer (default '[{time}] {data}'): {time}, {data} (what came), {peer}, {n} (from 1, per " +
        "connection); \\xNN \\n \\r \\t \\0 \\\\ are bytes; none only prints what comes",
    },
    replyDelay: {
      kind: milliseconds(),
      default: 0,
      help: "answer each message so long after it came: 300, 300ms, 1s (default 0)",
    },
    closeAfter: {
      kind: integer("N", 1),
      help: "close a connection once N of its messages are answered",
    },
    workers: {
      kind: integer("N", 1, 64),
      default: 1,
      help: "spread TCP connections over N threads; worth it from about 128 busy ones (Linux)",
    },
    ...frameOptions("raw"),
    ...encodingOption,
    ...endOptions,
    ...serverOptions,
    ...webOptions,
    ...outputOptions,
  },
  ...socketPermissions,
  permissionsWith: (options, { address }) => {
    if (address?.scheme === "unix") return ["net", "read", "write"];
    return ["net", ...options.workers > 1 ? ["read"] as const : [], ...recordPermissions(options)];
  },
  opensFirst: true,
  examples: [
    ["", `on 127.0.0.1:${DEFAULT_PORT}, over TCP`],
    ["0.0.0.0:7000 --reply '{data}'", "a pure echo for the whole network"],
    ["udp://8002 --reply '{data}-{peer}'", "over UDP, with who sent it"],
    [
      String.raw`--reply '\xff\x00{data}' --reply-delay 300 --close-after 3`,
      "a server that is slow and hangs up",
    ],
    ["--frame line --trace", "line by line, and see where lines begin and end"],
    ["--frame line --web 8000", "the same as a picture, in a browser"],
  ],
  async run(options, { address = DEFAULT_ADDRESS }, opened) {
    if (address.scheme === "udp" && options.closeAfter !== undefined) {
      throw usageError("--close-after is for streams", "over UDP there is no connection to close");
    }
    if (options.workers > 1 && options.record !== undefined) {
      throw usageError(
        "--record has no --workers, as one thread writes the file",
        "leave one of the two out",
      );
    }
    const { web, metrics } = options;
    if (options.workers > 1 && (web || metrics)) {
      throw usageError(
        `${web ? "--web" : "--metrics"} has no --workers, as one thread shows what crosses`,
        "leave one of the two out",
      );
    }
    checkWeb(options, address);
    const isSilent = options.reply === "none";
    await using context = await openContext({
      program: "pinwire echo",
      role: "server",
      showMessage: isSilent ? showMessage : undefined,
      leavesStdout: !isSilent,
    }, options);
    // Made here even for workers: a wrong template is an error before anything listens.
    const reply = isSilent
      ? undefined
      : new Reply(options.reply, (text) => context.encoding.encode(text).bytes);
    if (address.scheme !== "udp") reply?.check(context.codec);
    if (options.workers > 1) {
      const { serveWithWorkers } = await import("./workers.ts");
      await serveWithWorkers(address, options, context, opened);
      return untilCode(options, context);
    }
    const { serveEcho } = await import("./serve.ts");
    using page = web &&
      await (await import("../web/mod.ts")).openPage("frames", "/events", { ...options, web }, context);
    using exporter = metrics &&
      await (await import("../web/mod.ts")).openMetrics({ ...options, metrics }, context);
    await serveEcho(address, reply, { ...options, page, exporter }, context, opened);
    return untilCode(options, context);
  },
});

const echoConnect = command({
  summary: "type lines, see the answers",
  description:
    "On a terminal with line editing, history and the time of each round trip; an empty line ends. " +
    "With stdin piped each line goes out when the answer to the one before has come, and the answers are " +
    "printed a line each.",
  positionals: { address: dialled },
  options: {
    wait: {
      kind: duration(),
      help: "wait so long for an answer (default 2); said, one that doesn't come makes the exit code 1",
    },
    ...frameOptions("raw"),
    ...encodingOption,
    ...endOptions,
    ...clientOptions,
    ...outputOptions,
  },
  ...socketPermissions,
  permissionsWith: clientPermissions,
  examples: [
    ["", `connect to the server on 127.0.0.1:${DEFAULT_PORT}`],
    ["udp://127.0.0.1:8002", "over UDP"],
    ["tls://pi.local --ca pinwire-cert.pem", "over TLS"],
    ["wss://pi.local/echo --origin https://pi.local", "a WebSocket"],
  ],
  async run(options, { address = DEFAULT_ADDRESS }) {
    await using context = await openContext(
      { program: "pinwire echo", role: "client", showMessage: showText },
      options,
    );
    const { connect } = await import("./client.ts");
    const isAnswered = await connect(address, options, context);
    return untilCode(options, context) || (isAnswered ? 0 : 1);
  },
});

const echoBench = command({
  summary: "measure an echo server, ours or any other",
  description: "Each connection sends a message, waits for the whole answer, and sends the next. How an " +
    "answer ends is learned from the first one: with the message's own last byte, or after so many bytes.",
  positionals: { address: dialled },
  options: {
    connections: { kind: integer("N", 1, 20_000), short: "c", default: 50, help: "connections (default 50)" },
    size: {
      kind: integer("BYTES", 1, 1 << 24),
      short: "s",
      default: 64,
      help: "bytes of a message (default 64)",
    },
    messages: {
      kind: integer("N", 1, 1e8),
      short: "n",
      default: 100_000,
      help: "messages in all (default 100000)",
    },
    wait: { kind: duration(), default: 2000, help: "an answer later than this is lost (default 2)" },
    ...clientOptions,
    json: { short: "j", help: "print the result as one JSON object" },
    quiet: { short: "q", help: "no progress line" },
  },
  ...socketPermissions,
  permissionsWith: clientPermissions,
  examples: [
    ["", "50 connections, 100000 messages of 64 bytes"],
    ["127.0.0.1:7 -c 1 -s 1400", "one connection, messages that fill an Ethernet frame"],
    ["udp://127.0.0.1:8002 --json", "over UDP, with losses, for a script"],
  ],
  async run(options, { address = DEFAULT_ADDRESS }) {
    const { bench } = await import("./bench.ts");
    await bench(address, options);
    return 0;
  },
});

/** The commands of the echo mode. */
export const commands = { "echo serve": echoServe, "echo connect": echoConnect, "echo bench": echoBench };
