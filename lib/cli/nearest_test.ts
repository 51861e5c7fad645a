import { assertEquals } from "@std/assert";
import { pure } from "../../tests/support/pure.ts";
import { nearestWord } from "./nearest.ts";

pure(
  "nearestWord gives what one letter in three, or their order, is wrong of, and nothing that is farther",
  () => {
    const known = ["--json", "--wait", "--max-frame", "--frame", "--port", "echo", "box"];
    const meant: [string, string | undefined][] = [
      ["--jsn", "--json"],
      ["--prot", "--port"],
      ["--wiat", "--wait"],
      ["--max-fraem", "--max-frame"],
      ["--maxframe", "--max-frame"],
      ["--frames", "--frame"],
      ["ecko", "echo"],
      ["bxo", "box"],
      ["--host", undefined],
      ["--name", undefined],
      ["fox", "box"],
      ["cat", undefined],
      // Equally near to every other letter.
      ["-x", undefined],
    ];
    for (const [word, nearest] of meant) assertEquals([word, nearestWord({ word, known })], [word, nearest]);
    assertEquals(nearestWord({ word: "--prot", known: ["--json", "--wait"] }), undefined);
    assertEquals(nearestWord({ word: "--prot", known: [] }), undefined);
  },
);
