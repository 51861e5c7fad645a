import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../clock.ts";
import type { Connection } from "../connection.ts";
import { wrapConnection } from "../wrap_connection.ts";
import { pipe } from "../pipe.ts";
import { answerHandshake } from "./answer.ts";
import { askForWebSocket } from "./dial.ts";
import { type MessageForm, PLAIN_FORM } from "./form.ts";
import { HeadStream } from "./head_stream.ts";

const LINES: MessageForm = { lines: "all", cutsLines: true, kind: "text", maxMessage: 1000 };

/** Both ends of a WebSocket in memory, and how many reads the client's carrier has had since the handshake. */
async function open(form: { client: MessageForm; server: MessageForm }) {
  const [here, there] = pipe();
  let reads = -1;
  const counted: Connection = wrapConnection(here, {
    receive: (sink, options) =>
      here.receive((bytes) => {
        reads++;
        return sink(bytes);
      }, options),
  });
  const address = { scheme: "ws", hostname: "127.0.0.1", port: 80 } as const;
  const { signal } = new AbortController();
  const [client, server] = await Promise.all([
    askForWebSocket(counted, address, { form: form.client }, signal, systemClock),
    answerHandshake(
      new HeadStream(there),
      { names: [], given: ["127.0.0.1"], form: form.server },
      systemClock,
    ),
  ]);
  return { client, server, reads: () => reads };
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("a WebSocket leaves the room around each message that its receiver wants, whatever comes behind", async () => {
  for (const room of [8, 5000]) {
    const { client, server } = await open({ client: LINES, server: PLAIN_FORM });
    const heard: string[] = [];
    const received = server.receive((bytes) => {
      heard.push(textOf(bytes));
      const { buffer, byteOffset, length } = bytes;
      new Uint8Array(buffer, byteOffset - room, room + length + room).fill(0xee);
    }, { headroom: room, tailroom: room });
    await client.write(bytesOf("one\ntwo\n\nfour\n"));
    await client.closeWrite();
    await received;
    assertEquals(heard, ["one", "two", "", "four"]);
    client.close();
    server.close();
  }
});

Deno.test("answers to messages that came together leave together", async () => {
  const { client, server, reads } = await open({ client: LINES, server: LINES });
  const heard: string[] = [];
  const received = client.receive((bytes) => {
    heard.push(`${reads()} ${textOf(bytes)}`);
    if (heard.length === 3) client.close();
  });
  const serving = server.receive((bytes) => void server.write(bytes));
  await client.write(bytesOf("one\ntwo\nthree\n"));
  await Promise.all([received, serving]);
  assertEquals(heard, ["1 one\n", "1 two\n", "1 three\n"]);
  server.close();
});

Deno.test("frames that are made already go out as they are, unless somebody looks at what is written", async () => {
  const { client, server } = await open({ client: LINES, server: LINES });
  const received = client.receive((bytes) => {
    assertEquals(textOf(bytes), "hi\n");
    client.close();
  });
  const through = wrapConnection(server, { close: () => server.close() });
  await through.writeFrames!(new Uint8Array([0x81, 2, 0x68, 0x69]));
  await received;
  assertEquals(wrapConnection(server, { write: () => undefined }).writeFrames, undefined);
  server.close();
});

Deno.test("who follows another's kind sends text for text, and bytes for what is no text", async () => {
  const { client, server } = await open({ client: PLAIN_FORM, server: PLAIN_FORM });
  const kinds: (string | undefined)[] = [];
  client.follow(() => "text");
  const received = server.receive(() => void kinds.push(server.received));
  await client.write(bytesOf("text"));
  await client.write(new Uint8Array([0xff]));
  await client.closeWrite();
  await received;
  assertEquals(kinds, ["text", "binary"]);
  assert(server.peer.endsWhole && client.peer.endsWhole);
  client.close();
  server.close();
});
