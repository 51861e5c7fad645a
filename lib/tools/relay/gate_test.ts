import { assertEquals } from "@std/assert";
import { pure, turn } from "../../app/_testing.ts";
import { Gate } from "./gate.ts";

pure("Gate is open at first, and its reason is the last one it was shut for", () => {
  const gate = new Gate();
  assertEquals([gate.reason, gate.opened], [undefined, undefined]);
  gate.shut("stalled");
  gate.shut("paused");
  assertEquals(gate.reason, "paused");
});

pure("Gate lets all who wait go once it opens, and those wait again whom it is shut for anew", async () => {
  const gate = new Gate();
  const through: string[] = [];
  async function pass(name: string) {
    while (gate.opened) await gate.opened;
    through.push(name);
  }
  gate.shut("paused");
  const passing = [pass("a"), pass("b")];
  gate.open();
  gate.shut("stalled");
  await turn();
  assertEquals(through, []);
  gate.shut("paused");
  gate.open();
  gate.open();
  await Promise.all(passing);
  assertEquals([through, gate.reason, gate.opened], [["a", "b"], undefined, undefined]);
});
