import { generate } from "selfsigned";

/** A certificate and its key, as PEM text. */
export interface Pair {
  cert: string;
  key: string;
}

const DAY = 86_400_000;

/**
 * Makes a certificate that `pinwire cert` wouldn't.
 *
 * @param days when it begins and ends to be valid, in days from now
 * @param issuer signs it; without one it signs itself
 */
export async function makePair(
  name: string,
  { names, days = [-1, 30.5], isCa = false, issuer }: {
    names?: string[];
    days?: [from: number, to: number];
    isCa?: boolean;
    issuer?: Pair;
  },
): Promise<Pair> {
  const now = Date.now();
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(now + days[0] * DAY),
    notAfterDate: new Date(now + days[1] * DAY),
    ca: issuer,
    extensions: [
      { name: "basicConstraints", cA: isCa, critical: true },
      ...names
        ? [{ name: "subjectAltName" as const, altNames: names.map((value) => ({ type: 2 as const, value })) }]
        : [],
    ],
  });
  return { cert, key };
}

/**
 * The same with other bytes in the certificate, so that its signature is wrong: what no tool would make.
 *
 * @param change takes and gives DER, a character a byte
 */
export function forge({ cert, key }: Pair, change: (der: string) => string): Pair {
  const der = atob(cert.replace(/-----[^-]+-----|\s/g, ""));
  const lines = btoa(change(der)).match(/.{1,64}/g)!.join("\n");
  return { cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`, key };
}
