import { assert, assertEquals } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { qrCode } from "./qr.ts";

pure("qrCode draws half blocks, black on white where it may say so", () => {
  const text = "http://192.168.1.5:8000/#k=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const plain = qrCode(text, false);
  const lines = plain.trimEnd().split("\n");
  assert(lines.every((line) => /^[█▀▄ ]+$/.test(line) && line.length === lines[0].length), plain);
  // A code of version 4 with a quiet zone fits on any screen.
  assert(lines[0].length <= 41 && lines.length <= 21);
  assertEquals(qrCode(text, true), lines.map((line) => `\x1b[97;40m${line}\x1b[0m\n`).join(""));
});
