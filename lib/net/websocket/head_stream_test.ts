import { assertEquals, assertRejects } from "@std/assert";
import { PinwireError } from "../../errors.ts";
import { pipe } from "../pipe.ts";
import { HeadStream } from "./head_stream.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const HEAD = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

Deno.test("HeadStream gives one head after the other, however they come, and then what is behind", async () => {
  const [near, far] = pipe();
  const stream = new HeadStream(far);
  const writing = near.write(encoder.encode(`${HEAD}${HEAD}${HEAD}rest`)) as Promise<void>;
  for (let i = 0; i < 3; i++) {
    if (i) stream.again();
    assertEquals(decoder.decode(await stream.head()), HEAD);
  }
  const rest: string[] = [];
  const received = stream.receive((bytes) => void rest.push(decoder.decode(bytes)));
  await writing;
  await near.write(encoder.encode(" more"));
  await near.closeWrite();
  await received;
  assertEquals(rest, ["rest", " more"]);
  far.close();
});

Deno.test("HeadStream throws at the end of the stream, be it between two heads or while one is dealt with", async () => {
  const [near, far] = pipe();
  const stream = new HeadStream(far);
  const writing = near.write(encoder.encode(HEAD)) as Promise<void>;
  await stream.head();
  stream.again();
  await writing;
  await near.closeWrite();
  await assertRejects(() => stream.head(), PinwireError, "has closed the connection");
  stream.again();
  await assertRejects(() => stream.head(), PinwireError, "has closed the connection");
  far.close();
});
