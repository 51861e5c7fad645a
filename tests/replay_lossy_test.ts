import { assert, assertEquals } from "@std/assert";
import {
  has,
  LOOPBACK,
  pinwire,
  Process,
  PYTHON,
  pythonServer,
  runPinwire,
  runPython,
  tempDir,
} from "./support.ts";
import { CaptureReader, StreamTable, TransportReader } from "../lib/packet/mod.ts";

/** Whether a process may have a network of its own, with a wire in it. */
const MAY_UNSHARE = has("unshare") && has(PYTHON) && new Deno.Command("unshare", {
  args: ["-Urn", PYTHON, "-c", "open('/dev/net/tun', 'r+b', 0)"],
  stdout: "null",
  stderr: "null",
}).outputSync().success;

Deno.test({
  name: "replay plays both sides of what crossed a wire that loses, doubles and swaps packets " +
    `(needs ${PYTHON}, and unshare that may make a network)`,
  ignore: !MAY_UNSHARE,
  async fn() {
    await using dir = await tempDir();
    const file = `${dir.path}/wire.pcap`;
    const typed = "seq 1 2000\necho two\nbye\n";
    const said = await overLossyWire(file, typed);
    const [atClient, atServer] = disturbed(await Deno.readFile(file));
    assert(atClient.again > 0 && atClient.late > 0, Deno.inspect(atClient));
    assert(atServer.again > 0, Deno.inspect(atServer));

    // As the client's end has the conversation, and as the server's has it.
    for (const stream of [0, 1]) {
      const args = ["--stream", `${stream}`, "--speed", "max"];
      await using server = await pythonServer("shell_server");
      const { code, stderr } = await runPinwire(["replay", file, server.address, ...args]);
      assertEquals([code, stderr], [0, ""]);

      await using replay = await pinwire(["replay", file, `${LOOPBACK}:0`, "--as", "server", ...args]);
      const { stdout } = await runPython("shell_client", [LOOPBACK, replay.port], typed);
      assertEquals(stdout, said);
      const played = await replay.outcome();
      assertEquals(played.code, 0, played.stderr);
    }
  },
});

/** What the client of a remote shell prints over such a wire, all of which is captured. */
async function overLossyWire(file: string, typed: string): Promise<string> {
  const wire = `${import.meta.dirname}/peers/lossy_wire.py`;
  const args = ["-Urn", PYTHON, wire, file, "576", "shell_server", "shell_client"];
  await using process = new Process("unshare", args, { stdin: typed });
  const { code, stdout, stderr } = await process.outcome();
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

/** Segments with data of each stream that come a second time, and that come behind one that they belong before. */
function disturbed(capture: Uint8Array): { again: number; late: number }[] {
  const reader = new CaptureReader();
  reader.feed(capture);
  const transports = new TransportReader();
  const table = new StreamTable();
  const counts: { again: number; late: number }[] = [];
  const seen = new Set<string>();
  const last = new Map<string, number>();
  for (let packet; (packet = reader.next());) {
    const transport = transports.read(packet);
    if (transport?.protocol !== "tcp") continue;
    const { stream: { number }, isFromClient, seq = 0 } = table.find(transport);
    const count = counts[number] ??= { again: 0, late: 0 };
    if (transport.segment.length === 0) continue;
    const side = `${number} ${isFromClient}`;
    const place = `${side} ${seq}`;
    if (seen.has(place)) count.again++;
    else if (seq < (last.get(side) ?? 0)) count.late++;
    seen.add(place);
    last.set(side, Math.max(seq, last.get(side) ?? 0));
  }
  return counts;
}
