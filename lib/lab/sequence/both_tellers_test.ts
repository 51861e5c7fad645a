import { assertEquals, assertStringIncludes } from "@std/assert";
import type { LabEvent } from "../../app/mod.ts";
import { twin } from "../../text/languages.ts";
import { BothTellers } from "./both_tellers.ts";
import type { SequenceStyle } from "./sequence_style.ts";
import { SequenceTeller } from "./teller.ts";

const SYN: LabEvent = {
  event: "segment",
  from: "client",
  flags: ["SYN"],
  seq: 0,
  absolute: { seq: 4_000_000_001 },
  bytes: 0,
  window: 65_536,
  options: ["MSS 1460"],
};

const tellersOf = (style?: SequenceStyle) =>
  new BothTellers((language) => new SequenceTeller(language, style));

const tells = (name: string, fn: () => void) =>
  Deno.test({ name: `BothTellers ${name}`, permissions: "none", fn });

tells("says of a segment in both languages what the diagram of a terminal says in one", () => {
  const told = tellersOf({ isBrief: true }).tell(SYN);
  assertEquals(told, {
    ...SYN,
    said: {
      en: { notes: ["I want to talk; my sequence numbers start at 4000000001"] },
      zh: { notes: ["我想建立连接，我的序号从 4000000001 开始"] },
    },
  });
});

tells("says why a state is what it is each time, before what the lesson says of it", () => {
  const state: LabEvent = { event: "tcp_state", at: "client", state: "CLOSE_WAIT", before: "ESTABLISHED" };
  const tellers = tellersOf({ explain: () => ["a row"] });
  for (const told of [tellers.tell(state), tellers.tell(state)]) {
    if (!("said" in told)) throw new Error("nothing was said");
    assertEquals(told.said.en.notes.length, 2);
    assertStringIncludes(told.said.en.notes[0], "waits for its own program to close");
    assertStringIncludes(told.said.zh.notes[0], "等待自己的程序调用 close()");
  }
});

tells("hides what is no part of the diagram, and tells of it all the same", () => {
  const tellers = tellersOf({ scenes: { shown: twin({ en: () => "Shown", zh: () => "显示" }) } });
  const hidden: LabEvent = { event: "scene", scene: "opening" };
  assertEquals(tellers.tell(hidden), { ...hidden, hidden: true });
  assertEquals(tellers.tell(SYN), { ...SYN, hidden: true });
  const said = { en: { title: "Shown", notes: [] }, zh: { title: "显示", notes: [] } };
  assertEquals(tellers.tell({ event: "scene", scene: "shown" }), { event: "scene", scene: "shown", said });
});
