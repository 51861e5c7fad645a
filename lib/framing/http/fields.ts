import { HttpError } from "./http_error.ts";

/** Whether this is a token, as a method or the name of a field is (RFC 9110, section 5.6.2). */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);
}

/** A text from `from` on, without the spaces and tabs around it: an expression would try each of many spaces anew. */
function withoutSpace(text: string, from: number): string {
  let end = text.length;
  while (from < end && isSpace(text.charCodeAt(from))) from++;
  while (from < end && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(from, end);
}

const isSpace = (unit: number) => unit === 0x20 || unit === 0x09;

/** The fields of a head, by their names in any case. */
export class HeaderFields {
  #values = new Map<string, string[]>();

  /** @throws {HttpError} 400 at a line that is no field (RFC 9112, section 5) */
  add(line: string): void {
    if (/^[ \t]/.test(line)) throw new HttpError(400, "a header field goes on in a second line");
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    if (!isToken(name)) throw new HttpError(400, "a line of the header is no field");
    const value = withoutSpace(line, colon + 1);
    const key = name.toLowerCase();
    const values = this.#values.get(key);
    if (values) values.push(value);
    else this.#values.set(key, [value]);
  }

  /** The value of a field, or those of several of that name, joined by commas; `undefined` if there is none. */
  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase())?.join(", ");
  }

  /** How many fields have that name. */
  count(name: string): number {
    return this.#values.get(name.toLowerCase())?.length ?? 0;
  }

  /** The members of a field that is a list, as they stand there. */
  list(name: string): string[] {
    return (this.get(name) ?? "").split(",").map((member) => member.trim()).filter((member) => member !== "");
  }

  /** Whether a list has that member, in any case. */
  has(name: string, member: string): boolean {
    return this.list(name).some((one) => one.toLowerCase() === member.toLowerCase());
  }
}
