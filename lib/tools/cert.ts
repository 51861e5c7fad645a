import { PinwireError } from "../errors.ts";
import { fileTrouble, isThere, makeFiles } from "../app/mod.ts";
import { isIpAddress } from "../net/mod.ts";

/** The files that `pinwire cert` makes. */
export const CERT_FILE = "pinwire-cert.pem";
export const KEY_FILE = "pinwire-key.pem";

/** Days that a certificate holds: what browsers and Apple's systems take at most of one's own. */
export const CERT_DAYS = 825;

/** A self-signed certificate and its key, as PEM text. */
export interface SelfSigned {
  cert: string;
  key: string;
}

/**
 * Makes a certificate for these names and IP addresses, with an EC key (P-256): its own issuer, but no CA, so
 * that it can be trusted by itself (`--ca`) and can't sign others.
 */
export async function makeCertificate(hosts: readonly string[]): Promise<SelfSigned> {
  const { default: { generate } } = await import("selfsigned");
  const now = new Date();
  const { cert, private: key } = await generate([{ name: "commonName", value: hosts[0] }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    // A little back, for peers whose clocks are behind.
    notBeforeDate: new Date(now.getTime() - 3_600_000),
    notAfterDate: new Date(now.getTime() + CERT_DAYS * 86_400_000),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: hosts.map(altName) },
    ],
  });
  return { cert, key };
}

type AltName = { type: 2; value: string } | { type: 7; ip: string };

// GeneralName of RFC 5280, section 4.2.1.6: 2 is a DNS name, 7 an IP address.
function altName(host: string): AltName {
  return isIpAddress(host) ? { type: 7, ip: host } : { type: 2, value: host };
}

/**
 * Writes both files into `folder`, the key readable by its owner alone. Neither is ever overwritten.
 *
 * @throws {PinwireError} `file_exists`, `file_unwritable`
 * @returns the paths
 */
export async function writeCertificate(folder: string, { cert, key }: SelfSigned): Promise<[string, string]> {
  const join = (name: string) => folder === "." ? name : `${folder.replace(/[/\\]$/, "")}/${name}`;
  const paths: [string, string] = [join(CERT_FILE), join(KEY_FILE)];
  try {
    for (const path of paths) {
      if (!await isThere(path)) continue;
      throw new PinwireError("file_exists", `${path} exists and is kept`, {
        hint: "move it away, or write elsewhere with --out FOLDER",
      });
    }
    await makeFiles([
      { path: paths[1], text: key, mode: 0o600 },
      { path: paths[0], text: cert, mode: 0o644 },
    ]);
  } catch (error) {
    if (error instanceof PinwireError || error instanceof Deno.errors.NotCapable) throw error;
    throw new PinwireError("file_unwritable", `${paths[0]} can't be written (${fileTrouble(error)})`, {
      hint: "mend that, or choose another folder with --out FOLDER",
      cause: error,
    });
  }
  return paths;
}
