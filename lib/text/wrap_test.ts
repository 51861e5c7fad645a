import { assertEquals } from "@std/assert";
import { wrapText } from "./wrap.ts";

const wraps = (name: string, text: string, columns: number, lines: string[]) =>
  Deno.test({
    name: `wrapText ${name}`,
    permissions: "none",
    fn: () => assertEquals(wrapText(text, columns), lines),
  });

wraps("leaves alone what fits", "to be or not", 12, ["to be or not"]);
wraps("gives an empty text one line", "", 5, [""]);
wraps("gives a long word a line of its own", "a incomprehensible b", 5, ["a", "incomprehensible", "b"]);
wraps("keeps a number with its sign whole", "it waits (60 s), then", 8, ["it waits", "(60 s),", "then"]);
wraps("counts two columns for a Chinese character", "等待最后的确认", 6, ["等待最", "后的确", "认"]);
wraps("begins no line with punctuation", "等待确认，然后。", 8, ["等待确", "认，然", "后。"]);
wraps("keeps the name of a function whole", "等待 accept()，然后", 10, ["等待", "accept()，", "然后"]);
wraps("keeps an English word in Chinese whole", "回了 SYN+ACK 等待", 10, ["回了", "SYN+ACK 等", "待"]);
