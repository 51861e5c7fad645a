import { assertEquals, assertMatch } from "@std/assert";
import {
  has,
  LOOPBACK,
  pinwire,
  type Process,
  PYTHON,
  pythonServer,
  runPinwire,
  runPython,
} from "./support.ts";
import type { StreamPiece } from "../lib/packet/mod.ts";
import { bothEnded, CAN_CAPTURE, captured, recordingOf } from "./support/replay.ts";

/** Two programs of peers/, and what the client is told to type. */
interface Pair {
  client: string;
  server: string;
  typed?: string;
  isWhole?: (pieces: StreamPiece[]) => boolean;
}

/** A test of what tcpdump captures while the two programs talk. */
function tutorial(
  title: string,
  { client, server, typed = "", isWhole = bothEnded }: Pair,
  check: (file: string, said: string) => Promise<void>,
): void {
  Deno.test({
    name: `replay ${title} (needs ${PYTHON}, and tcpdump that may capture)`,
    ignore: !has(PYTHON) || !CAN_CAPTURE,
    async fn() {
      await using there = await pythonServer(server);
      let said = "";
      const capture = await captured(there.port, isWhole, async () => {
        said = (await runPython(client, [LOOPBACK, there.port], typed)).stdout;
      });
      await there[Symbol.asyncDispose]();
      await using talk = await recordingOf(capture);
      await check(talk.file, said);
    },
  });
}

/** What the client prints when the recorded server is played to it. */
async function clientOf(file: string, client: string, typed = ""): Promise<string> {
  await using replay = await pinwire(["replay", file, `${LOOPBACK}:0`, "--as", "server"]);
  const { stdout } = await runPython(client, [LOOPBACK, replay.port], typed);
  const { code, stderr } = await replay.outcome();
  assertEquals(code, 0, stderr);
  return stdout;
}

/** Plays the recorded client to a server. */
async function playTo(
  server: Process,
  file: string,
  ...flags: string[]
): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await runPinwire(["replay", file, server.address, ...flags]);
  return { code, stderr };
}

const hello = { client: "hello_client", server: "where_once" };
tutorial(
  "plays both sides of where_once and hello_client at each other's programs",
  hello,
  async (file, said) => {
    await using server = await pythonServer("where_once");
    assertEquals(await playTo(server, file), { code: 0, stderr: "" });
    assertEquals([await server.line(), (await server.outcome()).code], ["hello", 0]);
    assertEquals(await clientOf(file, "hello_client"), said);
  },
);

const typed = "seq 1 2000\necho two\nbye\n";
const shell = { client: "shell_client", server: "shell_server", typed };
tutorial("plays both sides of a remote shell at each other's programs", shell, async (file, said) => {
  await using server = await pythonServer("shell_server");
  assertEquals(await playTo(server, file), { code: 0, stderr: "" });
  assertEquals(await clientOf(file, "shell_client", typed), said);
});

const reset = {
  client: "reset",
  server: "where_forever",
  isWhole: (pieces: StreamPiece[]) => pieces.at(-1)?.kind === "reset",
};
tutorial("plays the server to a client that resets", reset, async (file) => {
  await clientOf(file, "reset");
});

const stamps = { client: "stamp_client", server: "stamp_server", typed: "hello\n\n" };
tutorial(
  "tells that a timestamp is another one, and gives a client the recorded one",
  stamps,
  async (file, said) => {
    assertEquals(await clientOf(file, "stamp_client", "hello\n\n"), said);
    await using server = await pythonServer("where_forever");
    const { code, stderr } = await playTo(server, file);
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /says something else than recorded, at byte 0: [^]*recorded\n.*5b[^]*now\n.*77 68 65 72 65 /,
    );
  },
);

const isAnswered = (pieces: StreamPiece[]) => pieces.length === 2;
const datagrams = { client: "udp_ask", server: "udp_answer", typed: "hello\n", isWhole: isAnswered };
tutorial(
  "plays both sides of datagrams, and tells that the client's port is another",
  datagrams,
  async (file, said) => {
    assertEquals(await clientOf(file, "udp_ask", "hello\n"), said);
    await using server = await pythonServer("udp_answer");
    const { code, stderr } = await playTo(server, file);
    assertEquals(code, 1);
    assertMatch(stderr, /at byte \d+ of datagram 1: /);
  },
);
