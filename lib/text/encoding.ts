import { usageError } from "../errors.ts";

/** The result of encoding a text. */
export interface Encoded {
  bytes: Uint8Array<ArrayBuffer>;
  /** The characters that the encoding doesn't have, in order; each became `?`. */
  lost: string[];
}

/** The result of decoding bytes. */
export interface Decoded {
  text: string;
  /** `false` if some bytes mean nothing in this encoding; each such place is U+FFFD in `text`. */
  valid: boolean;
}

/** Decodes a stream: a character that is cut over two chunks comes out whole with the second. */
export interface StreamDecoder {
  decode(chunk: Uint8Array): Decoded;
  /** What is left at the end of the stream: nothing, or U+FFFD for half a character. */
  end(): Decoded;
}

/** A character encoding, both ways. */
export interface Encoding {
  /** Lower-case name, such as `gbk`. */
  readonly name: string;
  /** Whether the byte 0x0a is always a line feed, as line frames need it. */
  readonly asciiNewline: boolean;
  encode(text: string): Encoded;
  /** Decodes a whole message. */
  decode(bytes: Uint8Array): Decoded;
  /** A decoder for one stream. */
  stream(): StreamDecoder;
  /** What some programs put in front of a stream to tell its encoding (byte order mark); it is no text. */
  readonly mark?: Uint8Array;
  /** Whether bytes end inside a character. */
  endsInside(bytes: Uint8Array): boolean;
}

/** The encodings that `--encoding` names; aliases of the WHATWG Encoding Standard are understood too. */
export const ENCODINGS = [
  "utf-8",
  "gbk",
  "gb18030",
  "gb2312",
  "big5",
  "shift_jis",
  "euc-jp",
  "euc-kr",
  "windows-1252",
  "koi8-r",
  "utf-16le",
  "utf-16be",
];

/**
 * Opens an encoding by name. Decoding is the runtime's `TextDecoder` (WHATWG Encoding Standard); encoding
 * is iconv-lite's, loaded only when it isn't UTF-8.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const gbk = await openEncoding("gbk");
 * assertEquals(gbk.encode("你好").bytes, new Uint8Array([0xc4, 0xe3, 0xba, 0xc3]));
 * ```
 *
 * @throws {PinwireError} `usage` for a name that is unknown or can only be decoded
 */
export async function openEncoding(name: string): Promise<Encoding> {
  const label = canonicalEncoding(name);
  if (label === "utf-8") return utf8;
  const { default: iconv } = await import("iconv-lite");
  if (!iconv.encodingExists(label)) throw unknown(name);
  const encodeBytes = (text: string) => new Uint8Array(iconv.encode(text, label));
  const isEncodable = remembered((character) => decodeWhole(label, encodeBytes(character)) === character);
  return {
    name: label,
    asciiNewline: !label.startsWith("utf-16"),
    encode: (text) => encodeChecked(text, encodeBytes, (bytes) => decodeWhole(label, bytes), isEncodable),
    decode: (bytes) => decoded(label, bytes, encodeBytes),
    stream: () => streamDecoder(label),
    mark: label === "gb18030" ? encodeBytes("\ufeff") : undefined,
    endsInside: (bytes) => endsInside(label, bytes),
  };
}

/**
 * The standard's name for an encoding, such as `gbk` for `GB2312`.
 *
 * @throws {PinwireError} `usage` for an unknown name
 */
export function canonicalEncoding(name: string): string {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    throw unknown(name);
  }
}

const encoder = new TextEncoder();

/** UTF-8, for which nothing needs to be loaded. */
export const utf8: Encoding = {
  name: "utf-8",
  asciiNewline: true,
  encode(text) {
    if (text.isWellFormed()) return { bytes: encoder.encode(text), lost: [] };
    const lost = [...text].filter((character) => !character.isWellFormed());
    return { bytes: encoder.encode(text.replace(/\p{Surrogate}/gu, "?")), lost };
  },
  decode: (bytes) => decoded("utf-8", bytes, (text) => encoder.encode(text)),
  stream: () => streamDecoder("utf-8"),
  mark: encoder.encode("\ufeff"),
  endsInside: (bytes) => endsInside("utf-8", bytes),
};

const unknown = (name: string) =>
  usageError(`unknown encoding "${name}"`, `use one of ${ENCODINGS.join(", ")}`);

// iconv-lite silently writes "?" for a character that it doesn't have: decoding the result shows whether it did.
function encodeChecked(
  text: string,
  encode: (text: string) => Uint8Array<ArrayBuffer>,
  decode: (bytes: Uint8Array) => string,
  isEncodable: (character: string) => boolean,
): Encoded {
  const bytes = encode(text);
  if (decode(bytes) === text) return { bytes, lost: [] };
  const lost: string[] = [];
  let kept = "";
  for (const character of text) {
    if (isEncodable(character)) {
      kept += character;
    } else {
      lost.push(character);
      kept += "?";
    }
  }
  return { bytes: encode(kept), lost };
}

/** How many characters are remembered, with whether the encoding has them. */
const REMEMBERED = 65_536;

function remembered(ask: (character: string) => boolean): (character: string) => boolean {
  const answers = new Map<string, boolean>();
  return (character) => {
    let answer = answers.get(character);
    if (answer !== undefined) return answer;
    answer = ask(character);
    if (answers.size >= REMEMBERED) answers.clear();
    answers.set(character, answer);
    return answer;
  };
}

const REPLACEMENT = "\ufffd";

const whole = new Map<string, TextDecoder>();

function decodeWhole(label: string, bytes: Uint8Array): string {
  let decoder = whole.get(label);
  if (!decoder) whole.set(label, decoder = new TextDecoder(label, { ignoreBOM: true }));
  return decoder.decode(bytes);
}

// U+FFFD may have been sent as what it is, such as by who could not decode it: then these are its bytes. A decoder that
// throws would tell that too, but takes twenty times as long over each message that is in another encoding.
function decoded(label: string, bytes: Uint8Array, encode: (text: string) => Uint8Array): Decoded {
  const text = decodeWhole(label, bytes);
  return { text, valid: !text.includes(REPLACEMENT) || isSame(encode(text), bytes) };
}

const isSame = (one: Uint8Array, other: Uint8Array) =>
  one.length === other.length && one.every((byte, i) => byte === other[i]);

// In a part of a stream U+FFFD counts as a decoding error: nobody knows what stands before it.
const checked = (text: string): Decoded => ({ text, valid: !text.includes(REPLACEMENT) });

function streamDecoder(label: string): StreamDecoder {
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return {
    decode: (chunk) => checked(decoder.decode(chunk, { stream: true })),
    end: () => checked(decoder.decode()),
  };
}

function endsInside(label: string, bytes: Uint8Array): boolean {
  const decoder = new TextDecoder(label);
  decoder.decode(bytes, { stream: true });
  return decoder.decode() !== "";
}
