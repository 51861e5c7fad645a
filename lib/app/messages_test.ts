import { assertEquals } from "@std/assert";
import { openEncoding } from "../text/mod.ts";
import { contextOf, pure } from "./_testing.ts";
import { encodeText, messageEvent, showMessage, showText } from "./messages.ts";
import type { Event } from "./events.ts";

Deno.test("encodeText sends ? for what the encoding doesn't have, and reports it", async () => {
  const events: Event[] = [];
  const onEvent = (event: Event) => void events.push(event);
  const context = { ...contextOf("raw", { onEvent }), encoding: await openEncoding("gbk") };
  assertEquals(encodeText(context, "你好").toHex(), "c4e3bac3");
  assertEquals(events, []);
  assertEquals(encodeText(context, "a😀b\u202e").toHex(), "613f623f");
  assertEquals(events, [{
    event: "error",
    message: 'gbk has no "😀", "<U+202E>"',
    hint: "sent as ?; use another --encoding, such as gb18030 or utf-8",
  }]);
});

pure("messageEvent has the bytes where they could not be decoded", () => {
  const bytes = new Uint8Array([0x61, 0xff]);
  assertEquals(messageEvent("tcp://a:1", bytes, { text: "a\ufffd", valid: false }), {
    event: "message",
    peer: "tcp://a:1",
    text: "a\ufffd",
    bytes: 2,
    hex: "61ff",
  });
  assertEquals("hex" in messageEvent("x", bytes, { text: "a", valid: true }), false);
});

pure("showMessage says who sent what, safe for a terminal", () => {
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
});
