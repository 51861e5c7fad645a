import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { pure } from "../../tests/support/pure.ts";
import { PinwireError } from "../errors.ts";
import { certificatesIn, keyIn } from "./pem.ts";

const block = (label: string, lines = "TUlJQg==\n") =>
  `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
const CERTIFICATE = block("CERTIFICATE");
const KEY = block("PRIVATE KEY");

const refusal = (act: () => unknown) => assertThrows(act, PinwireError).sentence;
const keyRefusal = (pem: string) => refusal(() => keyIn(pem, "FILE"));
const certificateRefusal = (pem: string) => refusal(() => certificatesIn(pem, "FILE"));

pure("a PEM file may have a byte order mark, text, and Windows' line ends", () => {
  const asPeopleHaveIt = `\ufeffBag Attributes\nsubject=CN = a\n${CERTIFICATE}more\n${CERTIFICATE}`
    .replaceAll("\n", "\r\n");
  assertEquals(certificatesIn(asPeopleHaveIt, "FILE"), CERTIFICATE + CERTIFICATE);
  assertEquals(keyIn(`\ufeff${block("EC PARAMETERS")}${KEY}`.replaceAll("\n", "\r\n"), "FILE"), KEY);
  // Two files put together, the first of which had no newline at its end.
  assertEquals(certificatesIn(CERTIFICATE.trim() + CERTIFICATE, "FILE"), CERTIFICATE + CERTIFICATE);
  assertEquals(keyIn(CERTIFICATE + block("EC PRIVATE KEY"), "FILE"), block("EC PRIVATE KEY"));
});

pure("an encrypted key is told as one, in both forms", () => {
  const old = block("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,78\n\nTUlJQg==\n");
  for (const pem of [old, block("ENCRYPTED PRIVATE KEY")]) {
    assertMatch(keyRefusal(pem), /^the key in FILE is encrypted: decrypt it with openssl pkey/);
  }
});

pure("each file that holds something else is told as what it is", () => {
  assertMatch(keyRefusal(CERTIFICATE), /holds a certificate and no key: .*swapped/);
  assertMatch(keyRefusal(block("OPENSSH PRIVATE KEY")), /of the kind OPENSSH PRIVATE KEY/);
  assertMatch(keyRefusal("junk"), /holds no key in PEM form: make a pair/);
  assertMatch(keyRefusal("0\u0082\u0001"), /openssl pkey -inform der/);
  assertMatch(certificateRefusal(KEY), /holds a key and no certificate/);
  assertMatch(certificateRefusal(block("CERTIFICATE REQUEST")), /holds a request/);
  assertMatch(certificateRefusal("junk"), /holds no certificate in PEM form: make a pair/);
  assertMatch(certificateRefusal("0\u0082\u0001"), /openssl x509 -inform der/);
  assertMatch(certificateRefusal("0\ufffd\n\u0005\x02\x01\x03"), /PKCS #12: openssl pkcs12/);
  assertMatch(certificateRefusal(CERTIFICATE.slice(0, -30)), /the END of its CERTIFICATE is missing/);
  assertMatch(certificateRefusal(CERTIFICATE.replaceAll(/^/gm, "> ")), /have something in front/);
  assertMatch(certificateRefusal(block("TRUSTED CERTIFICATE")), /it holds a TRUSTED CERTIFICATE/);
  assertMatch(keyRefusal(block("PUBLIC KEY")), /it holds a PUBLIC KEY: make a pair/);
});
