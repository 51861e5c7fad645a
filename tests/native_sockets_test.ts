import { assert, assertEquals, assertMatch } from "@std/assert";
import { ask, isLinux, pinwire, Process, runPinwire, testUnless, whyNoFlags } from "./support.ts";

function test(name: string, fn: () => Promise<void>): void {
  testUnless(whyNoFlags, name, fn, !isLinux);
}

const readyEvent = ({ stdout }: Process): { address: string; sockets: string } =>
  JSON.parse(stdout.split("\n").find((line) => line.includes('"listening"'))!);

for (const [flags, sockets] of [[[], "deno"], [["--allow-ffi"], "native"]] as const) {
  test(`with --allow-net ${flags.join(" ")} the ready event says that sockets are ${sockets}`, async () => {
    const given = { flags: ["--allow-net", ...flags] };
    await using server = await pinwire(["echo", "serve", "127.0.0.1:0", "--json"], given);
    assertEquals(readyEvent(server).sockets, sockets);
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    assert((await ask(conn, "hello")).endsWith("] hello"));
    await server.stop();
    assertEquals(server.stderr, "");
  });
}

test("permissions for some addresses hold for native sockets, of IPv6 too", async () => {
  const serve = (flag: string) =>
    pinwire(["echo", "serve", "[::1]:0", "--json", "--reply", "{data}"], { flags: [flag, "--allow-ffi"] });
  await using server = await serve("--allow-net=[::1]");
  assertEquals(readyEvent(server).sockets, "native");
  const send = (flag: string) =>
    runPinwire(["send", server.address, "hello"], { flags: [flag, "--allow-ffi"] });
  assertEquals(await send(`--allow-net=[::1]:${server.port}`), { code: 0, stdout: "hello", stderr: "" });
  const elsewhere = await send("--allow-net=[::1]:9");
  assertEquals([elsewhere.code, elsewhere.stdout], [1, ""]);
  assertMatch(elsewhere.stderr, /--allow-net/);
});

/** Starts a server as main.ts does, waits until the permission is given up, and then asks the server something. */
const SCRIPT = `
import { program } from "${new URL("../main.ts", import.meta.url)}";
import { run } from "${new URL("../lib/cli/mod.ts", import.meta.url)}";
run(program, ["echo", "serve", "127.0.0.1:0", "--json", "--reply", "{data}"]);
while (Deno.permissions.querySync({ name: "ffi" }).state === "granted") {
  await new Promise((resolve) => setImmediate(resolve));
}
try {
  Deno.dlopen("libc.so.6", {});
} catch (error) {
  console.log(error.name);
}
`;

test("what native sockets need is loaded before the permission is given up, and goes on working", async () => {
  await using process = new Process(Deno.execPath(), ["run", "--allow-all", "-"], { stdin: SCRIPT });
  await process.sees(/NotCapable[^]*"listening"|"listening"[^]*NotCapable/);
  const { address, sockets } = readyEvent(process);
  assertEquals(sockets, "native");
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(address.match(/\d+$/)![0]) });
  assertEquals(await ask(conn, "still here"), "still here");
});
