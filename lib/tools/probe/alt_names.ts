import { canonicalIp } from "../../net/mod.ts";

/**
 * The host names and IP addresses that a certificate is for, out of its subjectAltName (RFC 5280, section 4.2.1.6). The
 * text that `node:tls` makes of that has commas between names and within them, so that a mail address can pass for a host.
 *
 * @param certificate in DER
 * @throws {RangeError} if it is cut short, or is no certificate
 */
export function altNames(certificate: Uint8Array): string[] {
  const tbs = first(first(certificate));
  const extensions = [...values(tbs)].find(({ tag }) => tag === EXTENSIONS);
  if (!extensions) return [];
  return [...values(first(extensions.content))].flatMap(({ content }) => {
    // Whether it is critical may stand between.
    const [oid, ...others] = values(content);
    const value = others.at(-1);
    return value && String(oid.content) === SUBJECT_ALT_NAME ? generalNames(first(value.content)) : [];
  });
}

/** Of a TBSCertificate: `[3]`. */
const EXTENSIONS = 0xa3;
/** The object identifier 2.5.29.17. */
const SUBJECT_ALT_NAME = String([0x55, 0x1d, 0x11]);
/** Of a GeneralName: `[2]` and `[7]`. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

function generalNames(list: Uint8Array): string[] {
  return [...values(list)].flatMap(({ tag, content }) => {
    if (tag === DNS_NAME) return [new TextDecoder("utf-8", { ignoreBOM: true }).decode(content)];
    return tag === IP_ADDRESS ? ipAddress(content) : [];
  });
}

function ipAddress(octets: Uint8Array): string[] {
  if (octets.length === 4) return [octets.join(".")];
  if (octets.length !== 16) return [];
  const groups = octets.toHex().match(/.{4}/g)!.join(":");
  return [canonicalIp(groups) ?? groups];
}

/** One value of X.690: tag, length, content. */
interface Value {
  tag: number;
  content: Uint8Array;
}

function first(bytes: Uint8Array): Uint8Array {
  const [value] = values(bytes);
  if (!value) throw new RangeError("a value of X.690 is missing");
  return value.content;
}

function* values(bytes: Uint8Array): Generator<Value> {
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at++];
    let length = bytes[at++];
    if (length > 0x80) {
      const end = at + (length & 0x7f);
      for (length = 0; at < end; at++) length = length * 256 + bytes[at];
    }
    // So does a length without an end, 80, and one that isn't there.
    if (!(at + length <= bytes.length)) throw new RangeError("a value of X.690 is cut short");
    yield { tag, content: bytes.subarray(at, at += length) };
  }
}
