import { assertEquals } from "@std/assert";
import { isWindows, tempDir } from "../../../tests/support.ts";
import { findProgram } from "./child.ts";

/** A test with a folder of programs, and PATH as it is said. */
function files(name: string, fn: (folder: string, at: (path: string) => void) => void): void {
  Deno.test({
    name,
    ignore: isWindows,
    async fn() {
      await using folder = await tempDir();
      const before = Deno.env.get("PATH")!;
      for (const each of ["one", "two"]) {
        Deno.mkdirSync(`${folder.path}/${each}/folder`, { recursive: true });
        Deno.writeTextFileSync(`${folder.path}/${each}/plain`, "");
      }
      for (const path of ["one/both", "two/both", "two/second", "two/plain"]) {
        Deno.writeTextFileSync(`${folder.path}/${path}`, "", { mode: 0o755 });
        Deno.chmodSync(`${folder.path}/${path}`, 0o755);
      }
      try {
        fn(folder.path, (path) => Deno.env.set("PATH", path));
      } finally {
        Deno.env.set("PATH", before);
      }
    },
  });
}

files("findProgram gives the first program of a name in PATH that can be run", (folder, at) => {
  at(`${folder}/none:${folder}/one:${folder}/two`);
  assertEquals(findProgram("both"), `${folder}/one/both`);
  assertEquals(findProgram("second"), `${folder}/two/second`);
  assertEquals(findProgram("plain"), `${folder}/two/plain`);
  for (const name of ["folder", "none", ""]) assertEquals(findProgram(name), undefined, name);
  at("");
  assertEquals(findProgram("both"), undefined);
});

files("findProgram passes over entries of PATH that depend on where a command begins", (folder, at) => {
  const here = Deno.cwd();
  Deno.chdir(folder);
  try {
    at(`one:./one:../${folder.split("/").at(-1)}/one:${folder}/two`);
    assertEquals(findProgram("both"), `${folder}/two/both`);
    Deno.chdir(`${folder}/one`);
    at(`:.::${folder}/two`);
    assertEquals(findProgram("both"), `${folder}/two/both`);
    at(":.:");
    assertEquals(findProgram("both"), undefined);
  } finally {
    Deno.chdir(here);
  }
});

files("findProgram takes a path as it is, if that can be run", (folder, at) => {
  at(`${folder}/one`);
  assertEquals(findProgram(`${folder}/two/both`), `${folder}/two/both`);
  for (const path of ["one/plain", "one/folder", "one/none"]) {
    assertEquals(findProgram(`${folder}/${path}`), undefined, path);
  }
});
