import { assertEquals, assertRejects } from "@std/assert";
import { tempDir } from "../../tests/support.ts";
import { PinwireError } from "../errors.ts";
import { parseAddress } from "../net/mod.ts";
import { serverAddress } from "./mod.ts";

const tcp = parseAddress("tcp://80", { schemes: ["tcp"] });

const refusal = (act: Promise<unknown>) => assertRejects(() => act, PinwireError);

Deno.test("serverAddress takes no half of a pair, and no TLS where there is none", async () => {
  const cases: [string, { tlsCert?: string; tlsKey?: string }][] = [
    ["tls://80", {}],
    ["tcp://80", { tlsCert: "x" }],
    ["tls://80", { tlsKey: "x" }],
    ["udp://80", { tlsCert: "x", tlsKey: "x" }],
    ["unix:x", { tlsCert: "x", tlsKey: "x" }],
  ];
  for (const [text, files] of cases) {
    const address = parseAddress(text, { schemes: ["tcp", "udp", "tls", "unix"] });
    assertEquals((await refusal(serverAddress(address, files))).exitCode, 2, text);
  }
  assertEquals(await serverAddress(tcp, {}), { address: tcp });
});

Deno.test("serverAddress names the file that it can't read", async () => {
  await using dir = await tempDir();
  const tlsCert = `${dir.path}/none.pem`;
  const error = await refusal(serverAddress(tcp, { tlsCert, tlsKey: tlsCert }));
  assertEquals([error.code, error.exitCode], ["file_unreadable", 1]);
  assertEquals(error.message, `the file ${tlsCert} of --tls-cert does not exist`);
});
