import { ByteBuffer, parseSpec } from "../framing/mod.ts";
import { type Connection, dial, listen, parseAddress } from "../net/mod.ts";
import { SimpleClient } from "../shell/client/simple_client.ts";
import { SIMPLE_SPEC } from "../shell/protocol.ts";
import { utf8 } from "../text/mod.ts";
import { sceneContext } from "./scene.ts";

/** The answers of two commands, written down so that the demo needs no permission to run anything. */
const ANSWERS: Record<string, string> = {
  "seq 400": Array.from({ length: 400 }, (_, i) => `${i + 1}\n`).join(""),
  "whoami": "pi\n",
};
const COMMANDS = Object.keys(ANSWERS);
/** Bytes that the tutorials' clients read at a time. */
const READ = 1024;

/**
 * The scene of the shell: two answers that stick together, and the same two apart, each with its length in front.
 *
 * @param print takes each line
 */
export async function shellScene(print: (line: string) => void): Promise<void> {
  const listener = await listen(parseAddress("0", TCP));
  const address = parseAddress(listener.address, TCP);
  const show = (command: string, answer: string) => {
    const lines = answer.trimEnd().split("\n");
    const middle = lines.length > 4 ? [...lines.slice(0, 2), "…", ...lines.slice(-2)] : lines;
    print(`     ${command.padEnd(8)} →  ${middle.join(" ")}   (${answer.length} bytes)`);
  };
  const open = async (make: Make) => {
    const client = await dial(address);
    const server = (await listener.accept())!;
    return { client, server, answering: answer(server, make) };
  };

  print("Shell: commands over TCP, whose answers never stick together.\n");
  print(
    "1. As the tutorials begin: the server sends what a command printed, and the client reads once, up to",
  );
  print(`   ${READ} bytes. The rest of the first answer is taken for the second, and so on for ever:`);
  const waiting = [...COMMANDS];
  const restIsRead = Promise.withResolvers<void>();
  // What is left of the first answer has long been there when the second command is sent: it is read first.
  const bare = await open(async (text) => {
    if (text !== ANSWERS[COMMANDS[0]]) await restIsRead.promise;
    return utf8.encode(text).bytes;
  });
  await bare.client.write(utf8.encode(waiting[0]).bytes);
  await bare.client.receive(async (bytes) => {
    const command = waiting.shift();
    if (command === undefined) return bare.client.close();
    show(command, utf8.decode(bytes).text);
    if (waiting.length) await bare.client.write(utf8.encode(waiting[0]).bytes);
    else restIsRead.resolve();
  }, { first: READ, largest: READ });
  await bare.answering;

  print(`\n2. With the length of each answer before it (--wire simple, struct.pack('i', n) in Python):`);
  const { encoder } = parseSpec(SIMPLE_SPEC).open();
  const out = new ByteBuffer();
  const framed = await open((text) => {
    out.clear();
    encoder.encode(utf8.encode(text).bytes, out);
    return out.bytes();
  });
  const client = SimpleClient.open(framed.client, sceneContext(SIMPLE_SPEC));
  for (const command of COMMANDS) show(command, utf8.decode(await client.ask(command)).text);
  client.close();
  await framed.answering;
  listener.close();

  print(
    "\n   Our own wire goes on from there: it asks for a token, keeps stdout and stderr apart, streams, and",
  );
  print("   brings the exit code.");
  print("\nNow you: pinwire shell serve in one shell, pinwire shell exec -- uptime in another.");
}

const TCP = { schemes: ["tcp"] } as const;

/** Makes the bytes of an answer. */
type Make = (answer: string) => Promise<Uint8Array> | Uint8Array;

/** A server that knows these commands and no others, one for each read. */
async function answer(connection: Connection, make: Make): Promise<void> {
  await connection.receive(async (bytes) => {
    await connection.write(await make(ANSWERS[utf8.decode(bytes).text] ?? ""));
  });
  connection.close();
}
