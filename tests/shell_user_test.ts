import { assertEquals, assertMatch } from "@std/assert";
import { TYPE } from "../lib/shell/protocol.ts";
import { has, isLinux, isRoot, pinwire, Process, run, runPinwire, whyNoFlags } from "./support.ts";
import { type Account, account } from "./support/shell.ts";
import { frameOf, helloOf, ShellWire, textOf, WRONG_KEY } from "./support/shell_wire.ts";

const OTHER = 54_321;
const AS_ANOTHER = [`--reuid=${OTHER}`, `--regid=${OTHER}`, "--clear-groups"];
const canBeAnother = isRoot && has("setpriv") && has("socat");

/** A test of a server on each kind of Unix socket, whose account is not its clients'. */
function unix(
  name: string,
  fn: (where: string, server: Account, client: Account) => Promise<void>,
  ignore = !isLinux,
): void {
  for (const kind of ["a path", "an abstract name"]) {
    Deno.test({
      name: `over ${kind}: ${name}`,
      ignore,
      async fn() {
        await using server = await account();
        await using client = await account();
        await fn(kind === "a path" ? `${server.path}/socket` : `@${crypto.randomUUID()}`, server, client);
      },
    });
  }
}

const serve = (where: string, { env }: Account, options: string[] = [], flags = ["--allow-all"]) =>
  pinwire(["shell", "serve", `unix:${where}`, "--json", ...options], { env, flags });

const isThere = (path: string) => Deno.stat(path).then(() => true, () => false);

unix("shell exec and shell connect of the same user need no token", async (where, home, { env, path }) => {
  await using server = await serve(where, home);
  const exec = await runPinwire(["shell", "exec", server.address, "--", "echo hello"], { env });
  assertEquals(exec, { code: 0, stdout: "hello\n", stderr: "" });
  const connect = await runPinwire(["shell", "connect", server.address], { env, stdin: "echo there\n" });
  assertEquals([connect.code, connect.stdout], [0, "there\n"]);
  assertEquals(await isThere(`${path}/pinwire/token`), false);
});

unix("where the kernel isn't asked at one end, the token is, as ever", async (where, home, client) => {
  const noCalls = ["--allow-all", "--deny-ffi"];
  const args = ["shell", "exec", `unix:${where}`, "--", "echo hello"];
  const ends: [server: string[], client: string[]][] = [[noCalls, ["--allow-all"]], [
    ["--allow-all"],
    noCalls,
  ]];
  for (const [serverFlags, clientFlags] of ends) {
    await using _server = await serve(where, home, [], serverFlags);
    const without = await runPinwire(args, { env: client.env, flags: clientFlags });
    assertEquals([without.code, without.stdout], [255, ""]);
    assertMatch(without.stderr, /^pinwire: there is no token in /);
    const own = await runPinwire(args, { env: home.env, flags: clientFlags });
    assertEquals(own, { code: 0, stdout: "hello\n", stderr: "" });
  }
}, !isLinux || whyNoFlags !== undefined);

unix("a peer of the same user that asks nobody may prove the token, and need not", async (where, home) => {
  await using _server = await serve(where, home);
  const path = where.replace(/^@/, "\0");
  const key = (await Deno.readTextFile(`${home.path}/pinwire/token`)).trim();
  for (const known of [key, WRONG_KEY]) {
    using wire = new ShellWire(
      await Deno.connect({ transport: "unix", path }),
      `unix:${where.replace(/^\/.*/, "")}`,
    );
    const challenge = JSON.parse(await wire.greet());
    assertEquals([challenge.version, challenge.token], [1, false]);
    await wire.prove(known);
    const { type, body } = (await wire.frame())!;
    assertEquals(type, TYPE.ready);
    const expected = await wire.proof(key, { role: "server" });
    assertEquals(JSON.parse(textOf(body)).proof, expected);
    assertEquals((await wire.run(1, "echo hello")).stdout, "hello\n");
  }
});

for (const wire of ["v1", "simple"]) {
  unix(
    `another user is refused in wire ${wire} (needs root, setpriv, socat)`,
    async (where, home) => {
      await using server = await serve(where, home, ["--wire", wire]);
      if (!where.startsWith("@")) {
        // As somebody might who wants to share it.
        await Deno.chmod(home.path, 0o755);
        await Deno.chmod(where, 0o666);
      }
      const said = wire === "v1" ? textOf(frameOf(TYPE.hello, 0, helloOf())) : "touch evil\n";
      const to = where.startsWith("@") ? `ABSTRACT-CONNECT:${where.slice(1)}` : `UNIX-CONNECT:${where}`;
      const { stdout } = await run("setpriv", [...AS_ANOTHER, "socat", "-t5", "-", to], {
        stdin: said,
      });
      const error = await server.next("error");
      assertMatch(
        error.message!,
        new RegExp(`it is run by user ${OTHER}, and over a Unix socket user 0 alone is served`),
      );
      if (wire === "v1") assertMatch(stdout, /"code":"wrong_user"/);
      else assertEquals(stdout, "");
      assertEquals(await isThere("evil"), false);
    },
    !canBeAnother,
  );
}

unix(
  "a client trusts no server of another user, whatever that says (needs root, setpriv, socat)",
  async (where, home, { env }) => {
    await Deno.chmod(home.path, 0o777);
    const at = where.startsWith("@") ? `ABSTRACT-LISTEN:${where.slice(1)}` : `UNIX-LISTEN:${where}`;
    await using server = new Process("setpriv", [...AS_ANOTHER, "socat", "-d", "-d", at, "-"]);
    await server.sees(/listening on/, "stderr");
    await server.write(frameOf(TYPE.challenge, 0, helloOf({ token: false })));
    const { code, stderr } = await runPinwire(["shell", "exec", `unix:${where}`, "--", "echo hello"], {
      env,
    });
    assertEquals(code, 255);
    assertMatch(stderr, /^pinwire: there is no token in /);
  },
  !canBeAnother,
);
