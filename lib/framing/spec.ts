import { usageError } from "../errors.ts";
import { cobsCodec } from "./codecs/cobs.ts";
import { delimiterCodec } from "./codecs/delimiter.ts";
import { fixedCodec } from "./codecs/fixed.ts";
import { LENGTH_FORMATS, lengthCodec } from "./codecs/length_delimited.ts";
import { lineCodec } from "./codecs/line.ts";
import { netstringCodec } from "./codecs/netstring.ts";
import { rawCodec } from "./codecs/raw.ts";
import { slipCodec } from "./codecs/slip.ts";
import { DEFAULT_PAUSE, textCodec } from "./codecs/text.ts";
import type { Codec, TextForm } from "./types.ts";

/** Bytes of the longest message, unless `--max-frame` says another. */
export const DEFAULT_MAX_FRAME = 1_048_576;

const LONGEST_PAUSE = 60_000;
const LENGTHS = Object.keys(LENGTH_FORMATS);

/** Every SPEC of `--frame`, with an example where a SPEC has a detail. */
export const FRAME_SPECS: string[] = [
  "raw",
  "line",
  "text",
  ...LENGTHS.map((name) => `len:${name}`),
  "netstring",
  "delim:0d0a",
  "fixed:16",
  "slip",
  "cobs",
];

type Parser = (detail: string | undefined, maxFrame: number, form?: TextForm) => Codec;

const PARSERS = new Map<string, Parser>([
  ["raw", plain("raw", rawCodec)],
  ["line", plain("line", lineCodec)],
  ["text", parseText],
  ["len", parseLength],
  ["netstring", plain("netstring", netstringCodec)],
  ["delim", parseDelimiter],
  ["fixed", parseFixed],
  ["slip", plain("slip", slipCodec)],
  ["cobs", plain("cobs", cobsCodec)],
]);

/**
 * The codec that a SPEC of `--frame` names.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseSpec("delim:0D0A").spec, "delim:0d0a");
 * ```
 *
 * @param maxFrame bytes of the longest message, 1 or more
 * @param form what `line` and `text` know of the encoding: without it no mark is dropped, and a pause may cut a character
 * @throws {PinwireError} `usage` if there is no such SPEC; the hint says what there is
 */
export function parseSpec(spec: string, maxFrame: number = DEFAULT_MAX_FRAME, form?: TextForm): Codec {
  const colon = spec.indexOf(":");
  const name = colon < 0 ? spec : spec.slice(0, colon);
  const parser = PARSERS.get(name);
  if (parser !== undefined) return parser(colon < 0 ? undefined : spec.slice(colon + 1), maxFrame, form);
  // "i32le" is near enough to its whole name for us, if not for a count of letters.
  const word = LENGTHS.includes(spec) ? `len:${spec}` : spec;
  throw usageError(`no frame "${spec}"`, `use one of ${FRAME_SPECS.join(", ")}`, {
    word,
    known: FRAME_SPECS,
  });
}

/** The same codec, but for `text` its twin that ends every message in `\n`, whether the peer does or not. */
export function endingLines(codec: Codec): Codec {
  return codec.spec.startsWith("text") ? parseSpec("line") : codec;
}

function plain(name: string, make: (maxFrame: number, form?: TextForm) => Codec): Parser {
  return (detail, maxFrame, form) => {
    if (detail === undefined) return make(maxFrame, form);
    throw usageError(`no frame "${name}:${detail}"`, `write ${name} alone`);
  };
}

function parseText(detail: string | undefined, maxFrame: number, form?: TextForm): Codec {
  if (detail === undefined) return textCodec(maxFrame, DEFAULT_PAUSE, form);
  const pause = parseCount(detail);
  if (pause === undefined || pause > LONGEST_PAUSE) {
    throw usageError(
      `no frame "text:${detail}"`,
      `write text, or a pause of 1 to ${LONGEST_PAUSE} ms as in text:50`,
    );
  }
  return textCodec(maxFrame, pause, form);
}

function parseLength(detail: string | undefined, maxFrame: number): Codec {
  if (detail !== undefined && LENGTHS.includes(detail)) return lengthCodec(detail, maxFrame);
  const spec = detail === undefined ? "len" : `len:${detail}`;
  const known = LENGTHS.map((name) => `len:${name}`);
  throw usageError(`no frame "${spec}"`, `use one of ${known.join(", ")}`, { word: spec, known });
}

function parseDelimiter(detail: string | undefined, maxFrame: number): Codec {
  if (!detail || !/^(?:[0-9a-f]{2})+$/i.test(detail)) {
    throw usageError(
      `no frame "delim${detail === undefined ? "" : `:${detail}`}"`,
      "write the delimiter's bytes, two hex digits each, as in delim:0d0a",
    );
  }
  return delimiterCodec(Uint8Array.fromHex(detail), maxFrame);
}

function parseFixed(detail: string | undefined, maxFrame: number): Codec {
  const size = parseCount(detail ?? "");
  if (size === undefined) {
    throw usageError(
      `no frame "fixed${detail === undefined ? "" : `:${detail}`}"`,
      "write the bytes of a message, 1 or more, as in fixed:16",
    );
  }
  if (size > maxFrame) {
    throw usageError(`frame "fixed:${size}" is over the limit of ${maxFrame}`, "raise --max-frame");
  }
  return fixedCodec(size);
}

/** A whole number of 1 or more in plain decimal. */
function parseCount(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
