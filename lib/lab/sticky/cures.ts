import type { CureEvent } from "../../app/mod.ts";
import { ByteBuffer, FrameError, parseSpec } from "../../framing/mod.ts";
import { connected, ends } from "./experiments.ts";

/** The cures of the field, from none to those that bear anything. */
const FRAMES = ["raw", "fixed:3", "line", "delim:7c", "len:i32le", "netstring"];

const utf8 = new TextEncoder();
const WORDS = ["one", "two", "ten"].map((text) => utf8.encode(text));
/** A newline, the delimiter, nothing, and what is no text. */
const ANY = [...["a\nb", "c|d", ""].map((text) => utf8.encode(text)), Uint8Array.of(0, 255, 10, 124)];

/** Tries each way to cut a stream into messages on real connections. */
export async function tryCures(): Promise<CureEvent[]> {
  const events: CureEvent[] = [];
  for (const frame of FRAMES) {
    events.push({
      event: "cure",
      frame,
      hex: encoded(frame, WORDS.slice(0, 1)).toHex(),
      stuck: await comesOut(frame, WORDS, 1024),
      torn: await comesOut(frame, WORDS, 1),
      any: await comesOut(frame, ANY, 1024),
    });
  }
  return events;
}

/** Whether messages that are written at once come out one by one, if each read has so much room. */
async function comesOut(frame: string, messages: Uint8Array[], room: number): Promise<boolean> {
  const [client, server] = await connected();
  using _ends = ends(client, server);
  const wanted = messages.map((message) => message.toHex());
  try {
    const bytes = encoded(frame, messages);
    await client.write(bytes);
    await client.closeWrite();
    return (await decoded(frame, server, room)).join() === wanted.join();
  } catch (error) {
    // Some frames can't hold some messages.
    if (error instanceof FrameError) return false;
    throw error;
  }
}

function encoded(frame: string, messages: Uint8Array[]): Uint8Array {
  const { encoder } = parseSpec(frame).open();
  const out = new ByteBuffer();
  for (const message of messages) encoder.encode(message, out);
  return out.bytes();
}

async function decoded(frame: string, conn: Deno.TcpConn, room: number): Promise<string[]> {
  const { decoder } = parseSpec(frame).open();
  const buffer = new Uint8Array(room);
  const frames: string[] = [];
  const collect = () => {
    for (let body; (body = decoder.next());) frames.push(body.toHex());
  };
  for (let count; (count = await conn.read(buffer)) !== null;) {
    decoder.feed(buffer.subarray(0, count));
    collect();
  }
  decoder.end();
  collect();
  return frames;
}
