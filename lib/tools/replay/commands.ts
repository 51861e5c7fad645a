import { choice, command, duration, type Permission, text } from "../../cli/mod.ts";
import { openContext } from "../../app/mod.ts";
import { address } from "../options.ts";
import { clientOptions, frameOptions, outputOptions, serverOptions } from "../../app/options.ts";
import { checkRecord, checkSide, playAddressKind, streamKind } from "./options.ts";

const { tlsCert, tlsKey } = serverOptions;

const replay = command({
  summary: "say again what one side of a recording said, as client or as server",
  description:
    "Takes any pcap or pcapng with TCP or UDP in it. What the recorded side said is said as soon as the other side " +
    "has said as much as it had before. What is missing of that is told, and where it differs from what was recorded; " +
    "then the exit code is 1.",
  positionals: {
    file: { kind: text("FILE"), help: "the recording, or - for stdin" },
    address: {
      kind: playAddressKind,
      optional: true,
      help: `${address.help} (default: the recorded server's, if it is loopback)`,
    },
  },
  options: {
    as: {
      kind: choice("client|server", ["client", "server"]),
      default: "client",
      help: "the side to play: client dials ADDRESS (default), server listens there for one conversation",
    },
    stream: {
      kind: streamKind,
      help:
        "the stream to play, as tshark counts from 0; udp:N or tcp:N where both have it (default: the first with data)",
    },
    wait: {
      kind: duration(),
      default: 5000,
      help: "go on without what was recorded if nothing comes for so long (default 5)",
    },
    speed: {
      kind: choice("1|max", ["1", "max"]),
      default: "1",
      help: "1: take the recorded time to answer (default); max: answer at once",
    },
    ignoreDifference: { help: "end with 0 even if the other side says something else, or less" },
    ...frameOptions("raw"),
    ...clientOptions,
    tlsCert,
    tlsKey,
    ...outputOptions,
  },
  permissions: ["net", "read", "ffi"],
  optionalPermissions: ["ffi"],
  permissionsWith: (_, { address }): Permission[] => [
    "net",
    "read",
    "ffi",
    ...address?.address.scheme === "unix" ? ["write"] as const : [],
  ],
  opensFirst: true,
  examples: [
    ["talk.pcapng 127.0.0.1:8080", "ask a server again what a client asked"],
    ["talk.pcapng 8080 --as server", "answer a client as the server did"],
    ["talk.pcapng 8080 --stream 3 --speed max", "the fourth connection, as fast as it goes"],
    ["talk.pcapng tls://127.0.0.1:8443 --ca cert.pem", "what was recorded as plain text, over TLS"],
  ],
  async run(options, { file, address }, opened) {
    checkSide(options.as, options);
    await checkRecord(file, options.record);
    const [{ readChunks }, { replay }] = await Promise.all([
      import("../../app/capture_file.ts"),
      import("./replay.ts"),
    ]);
    await using context = await openContext({ program: "pinwire replay", role: options.as }, options);
    const isAsRecorded = await replay(readChunks(file), address, options, context, opened);
    return isAsRecorded || options.ignoreDifference ? 0 : 1;
  },
});

/** The command `replay`. */
export const commands = { replay };
