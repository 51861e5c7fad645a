import { assertEquals } from "@std/assert";
import { columns, columnsOf, pad, wrap } from "./layout.ts";

Deno.test({
  name: "columnsOf and pad count two columns for what is wide",
  permissions: "none",
  fn() {
    assertEquals([columnsOf("abc"), columnsOf("你好"), columnsOf("a…"), columnsOf("")], [3, 4, 2, 0]);
    assertEquals([pad("ab", 4), pad("你", 4), pad("abcde", 4)], ["ab  ", "你  ", "abcde"]);
  },
});

Deno.test({
  name: "wrap cuts between words alone",
  permissions: "none",
  fn() {
    assertEquals(wrap("one two three", 7), ["one two", "three"]);
    assertEquals(wrap("one two three", 6), ["one", "two", "three"]);
    assertEquals(wrap("你好 世界", 9), ["你好 世界"]);
    assertEquals(wrap("你好 世界", 8), ["你好", "世界"]);
    assertEquals(wrap("incomprehensible", 4), ["incomprehensible"]);
    assertEquals(wrap("", 4), [""]);
  },
});

Deno.test({
  name: "columns keeps to a width, and gives a long left side a line of its own",
  permissions: "none",
  fn() {
    assertEquals(columns([["-a", "one two"], ["你好", "three"], ["--all-of-it", "four five"]], 18), [
      "  -a      one two",
      "  你好    three",
      "  --all-of-it",
      "          four",
      "          five",
    ]);
  },
});
