import { command, duration, integer, type Kind, text } from "../cli/mod.ts";
import { usageError } from "../errors.ts";
import { isHost, parseAddress } from "../net/mod.ts";
import { openContext, showMessage, showText, untilCode } from "../app/mod.ts";
import {
  addressKind,
  clientOptions,
  clientPermissions,
  encodingOption,
  endOptions,
  frameOptions,
  newlineKind,
  outputOptions,
  serverOptions,
  SOCKETS,
} from "../app/options.ts";

const addressHelp = "HOST:PORT, PORT, udp://…, tls://… or unix:PATH";

const send = command({
  summary: "send one message, or a line each from stdin, and print what comes back",
  description:
    "Nothing is added to a message. Over a stream our sending side then ends, and what comes back is " +
    "printed until the peer closes. On a terminal it asks for what is missing.",
  positionals: {
    address: { kind: addressKind({ schemes: SOCKETS }), optional: true, help: addressHelp },
    message: { kind: text("MESSAGE"), optional: true, help: "without it, each line of stdin is a message" },
  },
  options: {
    newline: { kind: newlineKind, help: "end each message with a line feed, or CR and LF" },
    hex: { help: "the message is written in hexadecimal digits" },
    repeat: { kind: integer("N", 1), default: 1, help: "send each message N times" },
    interval: { kind: duration(), default: 0, help: "wait so long between two messages" },
    wait: {
      kind: duration(),
      help: "wait at most so long for answers (default 2; over UDP 0); said, none makes the exit code 1",
    },
    noHalfClose: { help: "end our side of a stream only after the answer, or --wait" },
    ...frameOptions("raw"),
    ...encodingOption,
    until: endOptions.until,
    ...clientOptions,
    ...outputOptions,
  },
  permissions: ["net"],
  permissionsWith: clientPermissions,
  examples: [
    ["127.0.0.1:8080 hello", "over TCP"],
    ["udp://127.0.0.1:8888 你好 -e gbk", "a datagram in GBK"],
    ["127.0.0.1:7 --hex 68656c6c6f --repeat 3 --interval 0.5", "bytes, three times"],
  ],
  async run(options, positionals) {
    const { missing, outgoing, send } = await import("./send.ts");
    const { openConsole, openQuestions } = await import("../app/mod.ts");
    await using context = await openContext(
      { program: "pinwire send", role: "client", showMessage: showText },
      options,
    );
    let { address, message } = positionals;
    if (Deno.stdin.isTerminal() && (!address || message === undefined)) {
      using questions = await openQuestions(context);
      if (!address) {
        const answer = await questions.ask("address (HOST:PORT):");
        if (answer === undefined) return 0;
        address = parseAddress(answer, { schemes: SOCKETS });
      }
      message ??= await questions.ask("message:");
      if (message === undefined) return 0;
    }
    if (!address) throw missing("ADDRESS");
    if (options.noHalfClose && address.scheme === "udp") {
      throw usageError("--no-half-close is for streams", "leave it out over UDP, where no side ends");
    }
    // A message given is looked at before anything is dialled.
    const given = message === undefined ? undefined : [outgoing(message, options, context)];
    async function* typed() {
      const { lines } = await openConsole("", context.stop, (text) => context.reporter.write(text));
      for await (const line of lines) yield outgoing(line, options, context);
    }
    const isSent = await send(address, given ?? typed(), options, context);
    return untilCode(options, context) || (isSent ? 0 : 1);
  },
});

const receive = command({
  summary: "print what comes, with who sent it",
  description:
    "Listens like a server and answers nothing. With --frame text, the default, a line is a message, " +
    "and so is what comes without a newline, after a pause of 20 ms.",
  positionals: { address: { kind: addressKind({ schemes: SOCKETS }), help: addressHelp } },
  options: {
    ...frameOptions("text"),
    ...encodingOption,
    ...endOptions,
    ...serverOptions,
    ...outputOptions,
  },
  permissions: ["net"],
  permissionsWith: (_, { address }) => address.scheme === "unix" ? ["net", "read", "write"] : ["net"],
  opensFirst: true,
  examples: [
    ["8080", "over TCP, on 127.0.0.1:8080"],
    ["udp://8888 -e gbk --until 88", "datagrams in GBK, until 88 comes"],
    ["8899 --once --json", "one message, as JSON"],
  ],
  async run(options, { address }, opened) {
    await using context = await openContext(
      { program: "pinwire receive", role: "server", showMessage },
      options,
    );
    const { receive } = await import("./receive.ts");
    await receive(address, options, context, opened);
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
export const commands = { send, receive, cert };
