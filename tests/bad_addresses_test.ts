import { assert, assertEquals, assertMatch } from "@std/assert";
import { deafPort, isLinux, pinwire, refusal, runPinwire } from "./support.ts";

for (const scheme of ["tcp", "udp"]) {
  Deno.test(`a taken ${scheme} port: who has it, and that server goes on`, async () => {
    await using server = await pinwire(["echo", "serve", `${scheme}://127.0.0.1:0`, "--reply", "{data}"]);
    const said = await refusal(["echo", "serve", server.address], 1);
    assert(said.includes(`${server.address} is taken`), said);
    assert(said.endsWith(": stop it or choose another port\n"), said);
    if (isLinux) assertMatch(said, new RegExp(` by \\S+ \\(process ${server.pid}\\)`));
    const answer = await runPinwire(["send", server.address, "still here", "--wait", "1"]);
    assertEquals(answer, { code: 0, stdout: "still here", stderr: "" });
  });
}

Deno.test("nobody there", async () => {
  using deaf = await deafPort();
  const { port } = deaf;
  const sentence =
    `pinwire: nobody is listening on tcp://127.0.0.1:${port}: start the server first, or check the port\n`;
  assertEquals(await refusal(["send", `127.0.0.1:${port}`, "hi"], 1), sentence);
  assertEquals(await refusal(["echo", "connect", `127.0.0.1:${port}`], 1), sentence);
  assertEquals(await refusal(["echo", "bench", `127.0.0.1:${port}`], 1), sentence);
});

Deno.test("port 99999 is a wrong command line", async () => {
  for (const command of ["echo serve", "echo connect", "echo bench", "send", "receive"]) {
    const said = await refusal([...command.split(" "), "127.0.0.1:99999"], 2);
    assertMatch(said, /99999.* from 0 to 65535\n$/);
  }
});

for (const scheme of ["tcp", "udp", "tls"]) {
  Deno.test(`an unknown host, ${scheme}`, async () => {
    const said = await refusal(["send", `${scheme}://nowhere.invalid:7`, "hi"], 1);
    assert(said.includes(`the host of ${scheme}://nowhere.invalid:7 is not known`), said);
  });
}

for (const command of ["echo connect", "echo bench"]) {
  Deno.test(`an unknown host over UDP, ${command}`, async () => {
    const said = await refusal([...command.split(" "), "udp://nowhere.invalid:7"], 1, "hi\n");
    assert(said.includes("the host of udp://nowhere.invalid:7 is not known"), said);
  });
}

Deno.test("an address that isn't ours", async () => {
  assertMatch(await refusal(["echo", "serve", "192.0.2.1:0"], 1), /is not an address of this machine/);
});
