import { assertEquals } from "@std/assert";
import { JoinNotices, listed } from "./join_notices.ts";

function pure(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** JoinNotices that write down what they tell. */
class Told implements Disposable {
  readonly texts: string[] = [];
  /** The newcomers of each notice. */
  readonly newcomers: string[][] = [];
  readonly comings: JoinNotices<{ nick: string }>;
  #onText = () => {};

  constructor() {
    this.comings = new JoinNotices((text, newcomers) => {
      this.texts.push(text);
      this.newcomers.push(newcomers.map(({ nick }) => nick));
      this.#onText();
    });
  }

  /** Done with the next notice. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#onText = resolve);
  }

  [Symbol.dispose](): void {
    this.comings.close();
  }
}

pure("JoinNotices tells of the first at once, and of those right behind together", async () => {
  using told = new Told();
  const { comings, texts } = told;
  comings.joined({ nick: "amy" });
  assertEquals(texts, ["amy has joined"]);
  for (const nick of ["bob", "cat", "dan"]) comings.joined({ nick });
  comings.left({ nick: "amy" });
  comings.left({ nick: "dan" });
  assertEquals(texts.length, 1);
  while (texts.length < 3) await told.next();
  assertEquals(texts.slice(1), ["amy has left", "bob and cat have joined"]);
});

pure("JoinNotices gives the newcomers of each notice, who know it already, and nobody who has left", () => {
  using told = new Told();
  const { comings, texts, newcomers } = told;
  comings.joined({ nick: "amy" });
  for (const nick of ["bob", "cat"]) comings.joined({ nick });
  comings.left({ nick: "amy" });
  comings.flush();
  assertEquals(texts, ["amy has joined", "amy has left", "bob and cat have joined"]);
  assertEquals(newcomers, [["amy"], [], ["bob", "cat"]]);
});

pure("JoinNotices tells nothing of who came and went meanwhile", () => {
  using told = new Told();
  const { comings, texts } = told;
  comings.joined({ nick: "amy" });
  comings.joined({ nick: "bob" });
  comings.left({ nick: "bob" });
  comings.left({ nick: "amy" });
  comings.joined({ nick: "amy" });
  comings.flush();
  assertEquals(texts, ["amy has joined"]);
});

pure("JoinNotices.flush tells at once what was gathered, and once", () => {
  using told = new Told();
  const { comings, texts } = told;
  for (const nick of ["amy", "bob", "cat"]) comings.joined({ nick });
  comings.flush();
  comings.flush();
  assertEquals(texts, ["amy has joined", "bob and cat have joined"]);
});

pure("JoinNotices gathers on behind what flush has told", async () => {
  using told = new Told();
  const { comings, texts } = told;
  comings.joined({ nick: "amy" });
  comings.joined({ nick: "bob" });
  comings.flush();
  comings.joined({ nick: "cat" });
  assertEquals(texts.length, 2);
  await told.next();
  assertEquals(texts.at(-1), "cat has joined");
});

pure("JoinNotices.close forgets what was gathered", () => {
  using told = new Told();
  const { comings, texts } = told;
  comings.joined({ nick: "amy" });
  comings.joined({ nick: "bob" });
  comings.close();
  comings.flush();
  assertEquals(texts, ["amy has joined"]);
  // After that the next one is a first one again.
  comings.joined({ nick: "cat" });
  assertEquals(texts.at(-1), "cat has joined");
});

pure("listed names ten, and counts the others", () => {
  const names = Array.from({ length: 13 }, (_, i) => `g${i + 1}`);
  assertEquals(listed(["amy"]), "amy");
  assertEquals(listed(["amy", "bob", "cat"]), "amy, bob and cat");
  const ten = names.slice(0, 10).join(", ");
  assertEquals(listed(names.slice(0, 10)), ten.replace(", g10", " and g10"));
  assertEquals(listed(names.slice(0, 11)), `${ten} and g11`);
  assertEquals(listed(names), `${ten} and 3 others`);
});
