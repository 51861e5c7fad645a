import { checkExclusive, command, duration, integer, type Kind, type Permission, text } from "../cli/mod.ts";
import { usageError } from "../errors.ts";
import { type Address, isHost } from "../net/mod.ts";
import { openContext, showMessage, showText, untilCode } from "../app/mod.ts";
import {
  clientOptions,
  clientPermissions,
  encodingOption,
  endOptions,
  frameOptions,
  interfaceOption,
  newlineKind,
  outputOptions,
  recordPermissions,
  serverOptions,
  socketPermissions,
} from "../app/options.ts";
import type { AnswerForm } from "./answers.ts";
import { address, checkEnds, dialled, endsOptions, message, peerOptions } from "./options.ts";

const listenPermissions = (options: { record?: string }, { address }: { address: Address }): Permission[] =>
  address.scheme === "unix" ? ["net", "read", "write"] : ["net", ...recordPermissions(options)];

const connect = command({
  summary: "a plain client: a console on a terminal, exact bytes in a pipe",
  description:
    "On a terminal a typed line is a message of --frame, and what comes is shown as it comes. Where stdin or " +
    "stdout is no terminal, bytes go through as they are. It ends when both sides have ended.",
  positionals: { address: dialled },
  options: { ...endsOptions, ...clientOptions },
  ...socketPermissions,
  permissionsWith: clientPermissions,
  examples: [
    ["127.0.0.1:8080", "type, and see what comes"],
    ["tls://example.com:443 --newline crlf", "type a request"],
    ["wss://example.com/feed", "a WebSocket: a line is a text message"],
    ["127.0.0.1:8080 <in >out", "both ways at once, byte for byte"],
  ],
  async run(options, { address }) {
    checkEnds(options, Deno.stdin.isTerminal());
    await using context = await openContext({ program: "pinwire connect", role: "client" }, options);
    const { connect } = await import("./connect.ts");
    return await connect(address, options, context) ? 0 : 1;
  },
});

const listen = command({
  summary: "the same as connect, but wait for one peer",
  description:
    "Whoever connects first is the peer, and nobody else; with --keep-open the others wait, one after the " +
    "other. Over UDP the peer is whoever sends first.",
  positionals: { address },
  options: {
    keepOpen: { help: "when the peer has gone, wait for the next one" },
    ...endsOptions,
    ...peerOptions,
  },
  ...socketPermissions,
  permissionsWith: listenPermissions,
  opensFirst: true,
  examples: [
    ["8080", "on 127.0.0.1:8080"],
    ["0.0.0.0:8080 --keep-open >log", "from other machines, one after the other"],
    ["udp://8888", "answer whoever sends first"],
  ],
  async run(options, { address }, opened) {
    checkEnds(options, Deno.stdin.isTerminal());
    await using context = await openContext({ program: "pinwire listen", role: "server" }, options);
    const { listenForPeer } = await import("./listen.ts");
    return await listenForPeer(address, options, context, opened) ? 0 : 1;
  },
});

const send = command({
  summary: "send one message, or stdin, and print what comes back",
  description:
    "Nothing is added to a message. Over a stream the bytes of stdin go as they are, our sending side then " +
    "ends, and what comes back is printed until the peer closes: byte for byte where stdout is no terminal. " +
    "On a terminal it asks for what is missing.",
  positionals: { address: { ...dialled, optional: true }, message },
  options: {
    newline: { kind: newlineKind, help: "end each message with a line feed, or CR and LF" },
    hex: { help: "messages are written in hexadecimal digits" },
    repeat: { kind: integer("N", 1), help: "send each message N times (default 1)" },
    interval: { kind: duration(), help: "wait so long between two messages (default 0)" },
    wait: {
      kind: duration(),
      help: "wait at most so long for answers, and after each read of them (default 2; over UDP 0); said, " +
        "none makes the exit code 1",
    },
    timeout: { kind: duration(), help: "end after so long in any case (default never)" },
    noHalfClose: { help: "end our side of a stream only after the answer, or --wait" },
    ...frameOptions("raw"),
    ...encodingOption,
    until: endOptions.until,
    ...clientOptions,
    ...interfaceOption,
    ...outputOptions,
  },
  ...socketPermissions,
  permissionsWith: clientPermissions,
  examples: [
    ["127.0.0.1:8080 hello", "over TCP"],
    ["127.0.0.1:8080 <file >answer", "byte for byte"],
    ["udp://127.0.0.1:8888 你好 -e gbk", "a datagram in GBK"],
    ["127.0.0.1:7 --hex 68656c6c6f --repeat 3 --interval 0.5", "bytes, three times"],
  ],
  async run(options, positionals) {
    const { json, encoding } = options;
    const answerForm: AnswerForm = json
      ? "events"
      : Deno.stdout.isTerminal()
      ? "shown"
      : encoding === undefined
      ? "bytes"
      : "text";
    const [{ send }, { givenSource, stdinSource }, { openAnswers }, { outgoingOf }] = await Promise.all([
      import("./send.ts"),
      import("./send_source.ts"),
      import("./answers.ts"),
      import("./outgoing.ts"),
    ]);
    const showMessage = answerForm === "bytes" ? undefined : showText;
    await using context = await openContext(
      { program: "pinwire send", role: "client", showMessage },
      options,
    );
    let { address, message } = positionals;
    if (Deno.stdin.isTerminal() && (!address || message === undefined)) {
      const { openQuestions } = await import("../app/mod.ts");
      using questions = await openQuestions(context);
      if (!address) {
        const answer = await questions.ask("address (HOST:PORT):");
        if (answer === undefined) return 0;
        address = dialled.kind.parse(answer);
      }
      message ??= await questions.ask("message:");
      if (message === undefined) return 0;
    }
    if (!address) {
      throw usageError(
        "ADDRESS is missing",
        "give it on the command line, or use a terminal to be asked for it",
      );
    }
    const isDatagram = address.scheme === "udp";
    if (options.noHalfClose && isDatagram) {
      throw usageError("--no-half-close is for streams", "leave it out over UDP, where no side ends");
    }
    const outgoing = outgoingOf(options.newline, context.codec, isDatagram);
    const answers = openAnswers(answerForm, !isDatagram && Boolean(context.codec.isPerRead), context);
    let hasFailed = false;
    // A message given is looked at before anything is dialled.
    const source = message === undefined
      ? stdinSource(isDatagram, options, outgoing, context, () => hasFailed = true)
      : givenSource(message, options, outgoing, context);
    // Who sends a message by hand is told that it should have been TLS.
    const isExact = message === undefined;
    const framed = { ...context, codec: outgoing.codec };
    // What is typed by hand is text; a pipe has bytes.
    const form = isExact || options.hex ? context.form : { ...context.form, kind: "text" } as const;
    const isSent = await send(address, source, { ...options, isExact, form }, answers, framed);
    return untilCode(options, context) || (isSent && !hasFailed ? 0 : 1);
  },
});

const receive = command({
  summary: "print what comes, with who sent it; or its bytes, with --raw",
  description:
    "Listens like a server and answers nothing. With --frame text, the default, a line is a message, " +
    "and so is what comes without a newline, after a pause of 20 ms.",
  positionals: { address },
  options: {
    raw: { help: "write the bytes that come and nothing else, of one peer at a time" },
    ...frameOptions("text"),
    ...encodingOption,
    once: { help: "end after the first message; with --raw over a stream, after one peer has gone" },
    oncePeer: { help: "end after one peer has gone; over UDP after one datagram" },
    until: endOptions.until,
    ...serverOptions,
    ...interfaceOption,
    ...outputOptions,
  },
  ...socketPermissions,
  permissionsWith: listenPermissions,
  opensFirst: true,
  examples: [
    ["8080", "over TCP, on 127.0.0.1:8080"],
    ["8080 --raw --once >file", "a file, byte for byte"],
    ["udp://8888 -e gbk --until 88", "datagrams in GBK, until 88 comes"],
    ["8899 --once --json", "one message, as JSON"],
  ],
  async run(options, { address }, opened) {
    const { raw, json } = options;
    if (raw) checkExclusive("--raw", { "--json": json });
    await using context = await openContext(
      { program: "pinwire receive", role: "server", showMessage: raw ? undefined : showMessage },
      options,
    );
    const { receive } = await import("./receive.ts");
    using exporter = options.metrics &&
      await (await import("../web/mod.ts")).openMetrics({ ...options, metrics: options.metrics }, context);
    await receive(address, { ...options, exporter }, context, opened);
    return untilCode(options, context);
  },
});

const hostKind: Kind<string> = {
  meta: "HOST",
  parse(value) {
    if (isHost(value)) return value;
    throw usageError(`"${value}" is not a host name or an IP address`, "write it without a scheme or a port");
  },
};

const cert = command({
  summary: "make a certificate and its key, for --tls-cert, --tls-key and --ca",
  description:
    "Name every host name and IP address that clients will dial. The key stays with the server; the " +
    "certificate goes to the clients too, which trust it with --ca.",
  positionals: {
    hosts: { kind: hostKind, variadic: true, help: "host names and IP addresses" },
  },
  options: {
    out: { kind: text("FOLDER"), default: ".", help: "where to write the two files (default: here)" },
  },
  permissions: ["read", "write"],
  examples: [["localhost 127.0.0.1 ::1", "for this machine"]],
  async run({ out }, { hosts }) {
    const { CERT_DAYS, makeCertificate, writeCertificate } = await import("./cert.ts");
    if (!out) throw usageError("--out needs a folder", "write --out . for this one");
    const [certFile, keyFile] = await writeCertificate(out, await makeCertificate(hosts));
    console.log(`server: --tls-cert ${certFile} --tls-key ${keyFile}\nclient: --ca ${certFile}`);
    console.log(`Both are good for ${CERT_DAYS} days.`);
    return 0;
  },
});

/** The commands that belong to no mode. */
export const commands = { connect, listen, send, receive, cert };
