import { assertEquals } from "@std/assert";
import { run as runProgram } from "../../tests/support.ts";
import { ALL_PERMISSIONS } from "./command.ts";

/** Runs a program of one command with every permission: what it has before and after `opened`, a line each. */
async function permissionsOf(declaration: string, args: string[] = []): Promise<string[]> {
  const source = `
    import { command, run, text } from "${import.meta.resolve("./mod.ts")}";
    const names = ${JSON.stringify(ALL_PERMISSIONS)};
    const has = () => names.filter((name) => Deno.permissions.querySync({ name }).state === "granted").join(" ");
    const only = command({
      summary: "", positionals: {}, examples: [],
      options: { ca: { kind: text("FILE"), help: "" } },
      run(_options, _positionals, opened) {
        console.log(has());
        opened();
        console.log(has());
        return Promise.resolve(0);
      },
      ${declaration}
    });
    const modules = { only: () => Promise.resolve({ commands: { only } }) };
    Deno.exit(await run({ name: "prog", version: "1", summary: "", modules }, ["only", ...Deno.args]));`;
  const flags = ["--quiet", "--no-prompt", "--no-check", "--allow-all"];
  const config = ["--config", `${import.meta.dirname}/../../deno.json`, "--ext", "ts"];
  const { code, stdout, stderr } = await runProgram(
    Deno.execPath(),
    ["run", ...flags, ...config, "-", ...args],
    { stdin: source },
  );
  assertEquals([code, stderr], [0, ""]);
  return stdout.split("\n").slice(0, -1);
}

Deno.test("run gives up what the command doesn't declare", async () => {
  assertEquals(await permissionsOf(`permissions: ["net"]`), ["net", "net"]);
  assertEquals(await permissionsOf(`permissions: []`), ["", ""]);
});

Deno.test("run keeps what the options need besides", async () => {
  const declaration = `permissions: ["net"], permissionsWith: ({ ca }) => ca ? ["net", "read"] : ["net"]`;
  assertEquals(await permissionsOf(declaration), ["net", "net"]);
  assertEquals(await permissionsOf(declaration, ["--ca", "x"]), ["net read", "net read"]);
});

Deno.test("run gives up nothing until a command that opens first has opened", async () => {
  const all = ALL_PERMISSIONS.join(" ");
  assertEquals(await permissionsOf(`permissions: ["net"], opensFirst: true`), [all, "net"]);
});

Deno.test("run keeps everything for a command that declares everything", async () => {
  const all = ALL_PERMISSIONS.join(" ");
  assertEquals(await permissionsOf(`permissions: ${JSON.stringify(ALL_PERMISSIONS)}`), [all, all]);
});
