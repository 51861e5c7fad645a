import { assertEquals, assertRejects } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { FrameError } from "../framing/mod.ts";
import {
  type CommonOptions,
  encodeText,
  messageEvent,
  openContext,
  showMessage,
  showText,
} from "./context.ts";
import type { Event } from "./reporter.ts";
import { Stop } from "./stop.ts";
import { withTimeout } from "../net/deadline.ts";

const OPTIONS: CommonOptions = {
  encoding: "utf-8",
  frame: "raw",
  maxFrame: 1000,
  json: false,
  quiet: false,
  trace: false,
  noColor: true,
};

const PROGRAM = { program: "prog", role: "client" } as const;

const open = (options: Partial<CommonOptions>, forward?: (event: Event) => void) =>
  openContext({ ...PROGRAM, forward }, { ...OPTIONS, ...options }, new Stop());

Deno.test("openContext opens the encoding and the frame that the options name", async () => {
  await using context = await open({ encoding: "gb2312", frame: "len:u8", maxFrame: 7 });
  assertEquals([context.encoding.name, context.codec.spec], ["gbk", "len:u8"]);
  const { decoder } = context.codec.open();
  decoder.feed(new Uint8Array([8]));
  let code = "";
  try {
    decoder.next();
  } catch (error) {
    if (error instanceof FrameError) code = error.code;
  }
  assertEquals(code, "frame_too_long");
});

Deno.test("openContext refuses to cut by lines where a newline is not one byte", async () => {
  for (const frame of ["line", "text", "text:50", "delim:0a"]) {
    for (const encoding of ["utf-16le", "utf-16be", "utf-16"]) {
      const error = await assertRejects(() => open({ encoding, frame }), PinwireError);
      assertEquals(error.exitCode, 2, `${frame} ${encoding}`);
    }
    await using context = await open({ encoding: "gbk", frame });
    assertEquals(context.codec.spec, frame);
  }
  await using context = await open({ encoding: "utf-16le", frame: "len:i32le" });
  assertEquals(context.encoding.name, "utf-16le");
});

Deno.test("openContext refuses a SPEC or an encoding that there is not", async () => {
  for (const options of [{ frame: "lines" }, { frame: "fixed:2000" }, { encoding: "nope" }]) {
    assertEquals((await assertRejects(() => open(options), PinwireError)).exitCode, 2);
  }
});

Deno.test("encodeText sends ? for what the encoding doesn't have, and reports it", async () => {
  const events: Event[] = [];
  await using context = await open({ encoding: "gbk" }, (event) => void events.push(event));
  assertEquals(encodeText(context, "你好").toHex(), "c4e3bac3");
  assertEquals(events, []);
  assertEquals(encodeText(context, "a😀b\u202e").toHex(), "613f623f");
  assertEquals(events, [{
    event: "error",
    message: 'gbk has no "😀", "<U+202E>"',
    hint: "sent as ?; use another --encoding, such as gb18030 or utf-8",
  }]);
});

Deno.test({
  name: "messageEvent has the bytes where they could not be decoded",
  permissions: "none",
  fn() {
    const bytes = new Uint8Array([0x61, 0xff]);
    assertEquals(messageEvent("tcp://a:1", bytes, { text: "a\ufffd", valid: false }), {
      event: "message",
      peer: "tcp://a:1",
      text: "a\ufffd",
      bytes: 2,
      hex: "61ff",
    });
    assertEquals("hex" in messageEvent("x", bytes, { text: "a", valid: true }), false);
  },
});

Deno.test({
  name: "showMessage says who sent what, safe for a terminal",
  permissions: "none",
  fn() {
    const message = {
      event: "message",
      peer: "tcp://127.0.0.1:5",
      text: "hi \x1b[31m\r\n",
      bytes: 9,
    } as const;
    assertEquals(showMessage(message), "127.0.0.1:5: hi ^[[31m");
    assertEquals(showMessage({ ...message, peer: "unix:#3" }), "unix:#3: hi ^[[31m");
    assertEquals(showText({ ...message, text: "a\nb\n\n" }), "a^Jb^J");
    assertEquals(showText({ ...message, text: "a\ufffd", hex: "61ff" }), "a\ufffd  (not decodable: 61ff)");
  },
});

Deno.test("within is true for what is done in time, false for what is not, and throws what fails", async () => {
  assertEquals(await withTimeout(10_000, Promise.resolve(0)), true);
  assertEquals(await withTimeout(1, new Promise(() => {})), false);
  await assertRejects(() => withTimeout(10_000, Promise.reject(new RangeError("no"))), RangeError, "no");
});

Deno.test("Stop is asked once and stays so", () => {
  using stop = new Stop();
  let asked = 0;
  stop.signal.addEventListener("abort", () => asked++);
  assertEquals(stop.signal.aborted, false);
  stop.now();
  stop.now();
  assertEquals([stop.signal.aborted, asked], [true, 1]);
});
