import { assertEquals, assertRejects } from "@std/assert";
import { makeFiles } from "./new_file.ts";

async function folder(): Promise<{ path: string; names(): string[] } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "pinwire-" });
  return {
    path,
    names: () => [...Deno.readDirSync(path)].map(({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

Deno.test("makeFiles makes each file with its rights, and leaves nothing beside it", async () => {
  await using at = await folder();
  await makeFiles([{ path: `${at.path}/a`, text: "secret", mode: 0o600 }, {
    path: `${at.path}/b`,
    text: "",
    mode: 0o644,
  }]);
  assertEquals(at.names(), ["a", "b"]);
  assertEquals(await Deno.readTextFile(`${at.path}/a`), "secret");
  if (Deno.build.os !== "windows") assertEquals((await Deno.stat(`${at.path}/a`)).mode! & 0o777, 0o600);
});

Deno.test("makeFiles replaces nothing, and makes none of the files if one of them is there", async () => {
  await using at = await folder();
  await Deno.writeTextFile(`${at.path}/b`, "kept");
  await assertRejects(
    () => makeFiles(["a", "b"].map((name) => ({ path: `${at.path}/${name}`, text: "new", mode: 0o600 }))),
    Deno.errors.AlreadyExists,
  );
  assertEquals(at.names(), ["b"]);
  assertEquals(await Deno.readTextFile(`${at.path}/b`), "kept");
});
