import type { Context } from "../app/mod.ts";
import { traceReads } from "../app/trace/trace.ts";
import { traceColors } from "../app/trace/view.ts";
import { Reply } from "../echo/protocol.ts";
import { EchoSession } from "../echo/session.ts";
import { dial, listen, parseAddress, preciseTime } from "../net/mod.ts";
import { utf8 } from "../text/mod.ts";
import { Relay } from "../tools/relay/relay.ts";
import { Happenings, sceneContext } from "./scene.ts";

/** Bytes of the answers that may pass: the second one ends in its middle. */
const CUT = 6;

/**
 * The relay's scene: it stands between a client and a server, shows what they say, and cuts an answer off.
 *
 * @param print takes each line
 */
export async function relayScene(print: (line: string) => void, coloured: boolean): Promise<void> {
  const behind = await listen(parseAddress("0", TCP));
  const before = await listen(parseAddress("0", TCP));
  const context = sceneContext("line");
  const reply = new Reply("{data}", (text) => utf8.encode(text).bytes);
  const tracing = {
    codec: context.codec,
    colors: traceColors(coloured),
    write: (text: string) => print(text.trimEnd().replace(/^/gm, "   ")),
    now: preciseTime,
  };
  const traced: Context = {
    ...context,
    traceReads: (connection, view) => traceReads(connection, view, tracing),
  };
  const disturbances = { up: {}, down: { cut: CUT } };
  const relay = new Relay(
    parseAddress(behind.address, TCP),
    { disturbances, seed: 0, idleTimeout: 0, hasResets: false, json: false },
    traced,
  );
  await relay.prepare();

  print("Relay: it stands between two programs, shows what they say, and can disturb it.\n");
  print("1. A server sends each line back, and a relay takes its clients to it. In shells of yours:");
  print("   pinwire echo serve 0 --frame line --reply '{data}'");
  print(`   pinwire relay 0 ${behind.address} --frame line --trace --cut ${CUT}:down`);
  print(`   pinwire relay: listening on ${before.address}\n`);

  print("2. A client says a line. The relay shows what it reads from either end, and where the line ends:");
  const client = await dial(parseAddress(before.address, TCP));
  const relaying = relay.relay((await before.accept())!, () => {}).catch(({ message }: Error) => message);
  const server = (await behind.accept())!;
  const serving = new EchoSession(server, context, { reply, stop() {} }).run();
  const reads = new Happenings<string>();
  let got = "";
  const listening = client.receive((bytes) => reads.add(got = utf8.decode(bytes).text));
  const ask = async (line: string) => {
    const answered = reads.next(() => true);
    await client.write(utf8.encode(`${line}\n`).bytes);
    await answered;
  };
  await ask("one");
  print(`   The client gets ${JSON.stringify(got)}.\n`);

  print(`3. Behind ${CUT} bytes of answers it closes both connections, here in the middle of the second:`);
  await ask("two");
  await listening;
  client.close();
  print(
    `   The client gets ${JSON.stringify(got)} and the end: half a line, which a good one takes for none.`,
  );
  print(`   The server hears the end too. The relay says: ${await relaying}.`);
  await serving;
  for (const open of [server, behind, before]) open.close();
  print("\nNow you: pinwire relay between two programs of yours; on its console, help lists what it can do.");
}

const TCP = { schemes: ["tcp"] } as const;
