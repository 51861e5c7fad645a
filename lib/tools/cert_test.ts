import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { tempDir } from "../../tests/support.ts";
import { serverAddress } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { parseAddress } from "../net/mod.ts";
import { CERT_FILE, KEY_FILE, makeCertificate, writeCertificate } from "./cert.ts";

const ours = await makeCertificate(["localhost"]);

const refusal = (act: Promise<unknown>) => assertRejects(() => act, PinwireError);

Deno.test("writeCertificate writes a pair that serverAddress reads, the key for its owner alone", async () => {
  await using dir = await tempDir();
  const [cert, key] = await writeCertificate(`${dir.path}/`, ours);
  assertEquals([cert, key], [`${dir.path}/${CERT_FILE}`, `${dir.path}/${KEY_FILE}`]);
  if (Deno.build.os !== "windows") assertEquals((await Deno.stat(key)).mode! & 0o777, 0o600);
  const { address, identity } = await serverAddress(parseAddress("tcp://80", { schemes: ["tcp"] }), {
    tlsCert: cert,
    tlsKey: key,
  });
  assertEquals(address.scheme, "tls");
  assertEquals([identity?.cert.trim(), identity?.key.trim()], [ours.cert.trim(), ours.key.trim()]);
});

Deno.test("writeCertificate overwrites neither file, and then writes neither", async () => {
  for (const name of [CERT_FILE, KEY_FILE]) {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/${name}`, "kept");
    const error = await refusal(writeCertificate(dir.path, ours));
    assertEquals([error.code, error.exitCode], ["file_exists", 1]);
    assertEquals(error.message, `${dir.path}/${name} exists and is kept`);
    assertEquals(await Deno.readTextFile(`${dir.path}/${name}`), "kept");
    assertEquals((await Array.fromAsync(Deno.readDir(dir.path))).length, 1);
  }
});

Deno.test("writeCertificate says that a folder can't be written", async () => {
  await using dir = await tempDir();
  const error = await refusal(writeCertificate(`${dir.path}/none`, ours));
  assertEquals(error.code, "file_unwritable");
  assertStringIncludes(error.hint!, "--out FOLDER");
});
