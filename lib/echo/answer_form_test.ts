import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { pure } from "../app/_testing.ts";
import { AnswerForm, type MadeField } from "./answer_form.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

const formOf = (...parts: string[]) =>
  new AnswerForm(
    parts.map((part) => part in PATTERNS ? part as MadeField : utf8(part)),
    utf8,
  );

/** The same forms as patterns, which are exact for short texts. */
const PATTERNS: Record<MadeField, string> = {
  n: "\\d+",
  peer: "(\\d+(\\.\\d+){3}|\\[[\\da-z:.%_-]+\\]):\\d+",
  time: "[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4}",
};

pure("AnswerForm.fits decides as the pattern of the template does, and so does begins", () => {
  const pieces = ["n", "peer", "time", "1", "12", ":", ".", "[", "x"];
  const made = ["1", "23", "1.2.3.4:5", "[::1]:7", "[", ":", ".", "x", "Sat Nov 21 10:00:00 2026"];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces), { maxLength: 4 }),
      fc.array(fc.constantFrom(...made), { maxLength: 4 }).map((parts) => parts.join("")),
      (parts, text) => {
        const source = parts.map((part) =>
          part in PATTERNS ? PATTERNS[part as MadeField] : part.replace(/[.[]/, "\\$&")
        ).join("");
        const form = formOf(...parts);
        assertEquals(form.fits(utf8(text)), new RegExp(`^(?:${source})$`).test(text), source);
        assertEquals(form.begins(utf8(text)), new RegExp(`^(?:${source})`).test(text), source);
      },
    ),
    { numRuns: 5_000 },
  );
});

pure("AnswerForm.fits is soon done with any datagram, however many ways there are to read it", () => {
  const digits = utf8("1".repeat(65_507));
  const manyNumbers = Array<string>(100).fill("n");
  for (
    const parts of [["n", "n", "n"], ["peer", "n"], manyNumbers, [...manyNumbers, "x"], ["peer", "peer"]]
  ) {
    assert(!formOf(...parts).fits(digits), parts.join());
    assert(!formOf(...parts).fits(utf8(`${"1.1.1.1:1".repeat(7_000)}!`)), parts.join());
  }
  assert(formOf(...manyNumbers).fits(digits.subarray(0, 1_600)));
});
