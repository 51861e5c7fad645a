import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fileTrouble, makeFiles } from "./new_file.ts";

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

Deno.test({
  name: "fileTrouble says in our words what the system says of a file",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using at = await folder();
    Deno.writeTextFileSync(`${at.path}/file`, "");
    Deno.symlinkSync("circle", `${at.path}/circle`);
    const cases: [() => void, string][] = [
      [() => Deno.openSync(`${at.path}/none/file`, { write: true, create: true }), "its folder is not there"],
      [() => Deno.openSync(at.path, { write: true }), "it is a folder"],
      [() => Deno.statSync(`${at.path}/file/more`), "what should be a folder in its path is none"],
      [() => Deno.statSync(`${at.path}/circle`), "its links lead in a circle"],
      [() => Deno.statSync(`${at.path}/${"x".repeat(300)}`), "its name is too long"],
      [() => Deno.statSync("a\0b"), "that is no name for a file"],
    ];
    for (const [act, said] of cases) assertEquals(fileTrouble(assertThrows(act)), said);
    const missing = assertThrows(() => Deno.statSync(`${at.path}/none`));
    assertEquals(fileTrouble(missing, "it is not there"), "it is not there");
    const full = Object.assign(new Error("No space left on device (os error 28): x"), { code: "ENOSPC" });
    assertEquals(fileTrouble(full), "the disk is full");
  },
});

Deno.test("fileTrouble leaves what else there is in the system's words, and without its number", () => {
  assertEquals(fileTrouble(new Error("Stale file handle (os error 116): open '/a'")), "Stale file handle");
  assertEquals(fileTrouble(new Error("it is not yours")), "it is not yours");
});
