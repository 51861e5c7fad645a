import { assert, assertEquals } from "@std/assert";
import { arrange, wrap } from "./layout.js";
import { Lesson } from "./lesson.js";

Deno.test({
  name: "wrap breaks between words, and Chinese between any letters but before what closes",
  permissions: "none",
  fn() {
    assertEquals(wrap("no answer for 960 ms: once more", 12), ["no answer", "for 960 ms:", "once more"]);
    assertEquals(wrap("你的 FIN 我也收到了（它占一个序号）。", 16), [
      "你的 FIN 我也收",
      "到了（它占一个序",
      "号）。",
    ]);
    assertEquals(wrap("到了（它占", 6), ["到了", "（它占"]);
    assertEquals(wrap("antidisestablishmentarianism", 5), ["antidisestablishmentarianism"]);
    assertEquals(wrap("", 5), []);
  },
});

Deno.test({
  name: "arrange puts rows one below the other, between two ends that fit on a phone too",
  permissions: "none",
  fn() {
    const lesson = new Lesson();
    lesson.take({ event: "scene", scene: "loss" });
    lesson.take({ event: "tcp_state", at: "client", state: "CLOSED", hidden: true });
    lesson.take({ event: "call", at: "client", call: "write()" });
    const notes = ["a sentence that needs some lines on a phone, and one line on a projector"];
    lesson.take({
      event: "segment",
      from: "client",
      flags: ["ACK"],
      seq: 1,
      bytes: 0,
      said: { en: { notes }, zh: { notes } },
    });
    const [phone, projector] = [360, 1_200].map((width) => arrange(lesson.rows, "en", width));
    for (const { places, height, left, right } of [phone, projector]) {
      assertEquals(places.map(({ row }) => row.kind), ["scene", "call", "packet"]);
      assertEquals(places.map(({ y }) => y), places.map(({ y }) => y).toSorted((one, other) => one - other));
      assert(left >= 58 && right - left > 200 && height > places.at(-1)!.y);
    }
    assertEquals(projector.places.at(-1)?.lines, notes);
    assert(phone.places.at(-1)!.lines.length > 1);
  },
});
