import { Reply, STAMP_TEMPLATE } from "../echo/protocol.ts";
import { EchoSession } from "../echo/session.ts";
import { ByteBuffer, receiveFrames } from "../framing/mod.ts";
import { type Connection, dial, listen, parseAddress, preciseTime } from "../net/mod.ts";
import { traceConnection, type TraceOptions } from "../app/trace/trace.ts";
import { traceColors } from "../app/trace/view.ts";
import { utf8, visible } from "../text/mod.ts";
import { sceneContext } from "./scene.ts";

const LINES = ["one", "two", "three"];

/**
 * The echo mode's scene: a server on a free port, a client, and what crosses the wire between them.
 *
 * @param print takes each line
 */
export async function echoScene(print: (line: string) => void, coloured: boolean): Promise<void> {
  const address = parseAddress("0", { schemes: ["tcp"] });
  const listener = await listen(address);
  const context = sceneContext("line");
  const reply = new Reply(STAMP_TEMPLATE, (text) => utf8.encode(text).bytes);
  const tracing: TraceOptions = {
    codec: context.codec,
    colors: traceColors(coloured),
    write: (text) => print(text.trimEnd().replace(/^/gm, "   ")),
    now: preciseTime,
  };

  print("Echo: every message comes back with the time before it.\n");
  print("1. A server takes a free port. In a shell of yours: pinwire echo serve 0 --frame line");
  print(`   pinwire echo: listening on ${listener.address}\n`);
  print("2. A client sends three lines, each in a write of its own, while the server is busy.");
  print("   This is what leaves the client, as --trace shows it:");
  const client = await dial(parseAddress(listener.address, { schemes: ["tcp"] }));
  const server = (await listener.accept())!;
  const toServer = traceConnection(client, tracing);
  const out = new ByteBuffer();
  const { encoder, decoder } = context.codec.open();
  for (const line of LINES) {
    out.clear();
    encoder.encode(utf8.encode(line).bytes, out);
    await toServer.write(out.bytes());
  }
  await client.closeWrite();

  print(
    "\n3. TCP has no messages, only bytes: the server finds all three in one read. (Taken for one message,",
  );
  print("   they would be the sticky packets of the tutorials.) The frames show where each line ends:");
  const answers = readAnswers(client, decoder);
  await new EchoSession(traceConnection(server, tracing), context, { reply, stop() {} }).run();

  print("\n4. So the client gets three answers:");
  for (const answer of await answers) print(`   ${visible(answer)}`);
  client.close();
  server.close();
  listener.close();
  print("\nNow you: pinwire echo serve in one shell, pinwire echo connect in another.");
}

async function readAnswers(
  connection: Connection,
  decoder: Parameters<typeof receiveFrames>[1],
): Promise<string[]> {
  const answers: string[] = [];
  await receiveFrames(connection, decoder, { onFrame: (body) => void answers.push(utf8.decode(body).text) });
  return answers;
}
