import { assertEquals } from "@std/assert";
import { LruMap } from "./lru_map.ts";

Deno.test({
  name: "LruMap drops the key that was set longest ago, and setting one again makes it new",
  permissions: "none",
  fn() {
    const map = new LruMap<string, number>(2);
    map.set("a", 1).set("b", 2).set("a", 3).set("c", 4);
    assertEquals([...map], [["a", 3], ["c", 4]]);
  },
});
