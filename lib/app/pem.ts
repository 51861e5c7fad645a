import { PinwireError } from "../errors.ts";

/** One block of a PEM file (RFC 7468). */
interface Block {
  /** Such as `CERTIFICATE`. */
  label: string;
  /** Its lines, from BEGIN to END. */
  text: string;
}

const KEY = /^(RSA |EC )?PRIVATE KEY$/;
const MAKE = 'make a pair with "pinwire cert HOST"';

/**
 * The certificates in a PEM file, without what people's files have besides: a byte order mark, text between the blocks,
 * line ends of Windows.
 *
 * @param source the file and its option, as in `the file cert.pem of --tls-cert`
 * @throws {PinwireError} `tls_failed`, saying what the file holds instead
 */
export function certificatesIn(pem: string, source: string): string {
  const blocks = blocksOf(pem);
  const certificates = blocks.filter(({ label }) => label === "CERTIFICATE");
  if (certificates.length) return join(certificates);
  if (blocks.some(({ label }) => label.endsWith("PRIVATE KEY"))) {
    throw wrong(
      `${source} holds a key and no certificate`,
      "give the certificate here, and the key to --tls-key alone",
    );
  }
  if (blocks.some(({ label }) => label.endsWith("CERTIFICATE REQUEST"))) {
    throw wrong(
      `${source} holds a request for a certificate, and no certificate`,
      `have it signed, or ${MAKE}`,
    );
  }
  throw wrong(...nothing(pem, `${source} holds no certificate in PEM form`, "x509"));
}

/**
 * The private key in a PEM file, without what else stands there.
 *
 * @param source as for {@linkcode certificatesIn}
 * @throws {PinwireError} `tls_failed`, saying what the file holds instead
 */
export function keyIn(pem: string, source: string): string {
  const blocks = blocksOf(pem);
  const key = blocks.find(({ label }) => KEY.test(label));
  const isEncrypted = key ? /^Proc-Type:.*ENCRYPTED/m.test(key.text) : blocks.some(isEncryptedKey);
  if (isEncrypted) {
    throw wrong(
      `the key in ${source} is encrypted`,
      "decrypt it with openssl pkey -in FILE -out PLAIN, mode 600",
    );
  }
  if (key) return join([key]);
  const other = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (other) {
    throw wrong(`${source} holds a key of the kind ${other.label}, which TLS can't use`, MAKE);
  }
  if (blocks.some(({ label }) => label === "CERTIFICATE")) {
    throw wrong(`${source} holds a certificate and no key`, "give the key here: were the two files swapped?");
  }
  throw wrong(...nothing(pem, `${source} holds no key in PEM form`, "pkey"));
}

const isEncryptedKey = ({ label }: Block) => label === "ENCRYPTED PRIVATE KEY";

const join = (blocks: Block[]) => blocks.map(({ text }) => `${text}\n`).join("");

function blocksOf(pem: string): Block[] {
  const found = pem.replaceAll(/\r\n?/g, "\n").matchAll(
    /-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\n(?:(?!-----).*\n)*?-----END \1-----/g,
  );
  return Array.from(found, ([text, label]) => ({ label, text }));
}

function nothing(file: string, what: string, command: string): [what: string, hint: string] {
  // RFC 7292, section 4: a SEQUENCE that begins with the number 3.
  const numberAt = file.indexOf("\x02\x01\x03");
  if (file.startsWith("0") && numberAt > 0 && numberAt < 8) {
    return [what, "it seems to be PKCS #12: openssl pkcs12 -in FILE -nodes -out FILE.pem"];
  }
  // DER is a SEQUENCE (X.690), which begins with this byte.
  if (file.startsWith("0")) {
    return [what, `it seems to be DER: openssl ${command} -inform der -in FILE -out FILE.pem`];
  }
  const [, indent, label] = file.match(/^\ufeff?(.*)-----BEGIN ([A-Z0-9 ]+)-----/m) ?? [];
  if (label === undefined) return [what, MAKE];
  if (indent) return [what, "its lines have something in front: BEGIN and END stand at their beginning"];
  const isWhole = blocksOf(file).length > 0;
  return [
    what,
    isWhole ? `it holds a ${label}: ${MAKE}` : `the END of its ${label} is missing: copy it again`,
  ];
}

const wrong = (message: string, hint: string) => new PinwireError("tls_failed", message, { hint });
