import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { isWindows, tempDir } from "../../tests/support.ts";
import { PinwireError } from "../errors.ts";
import type { Token } from "../session/token.ts";
import { openToken } from "./token.ts";

/** Where the tests look for a token; each is set, or isn't there. */
interface Places {
  XDG_CONFIG_HOME?: string;
  HOME?: string;
}

/** A test with a folder of its own, and a way to go where the environment says another one. */
function files(name: string, fn: (folder: string, at: (places: Places) => void) => Promise<void>): void {
  Deno.test({
    name,
    ignore: isWindows,
    async fn() {
      const names = ["XDG_CONFIG_HOME", "HOME"] as const;
      const set = (name: string, value?: string) =>
        value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
      const before = names.map((name) => Deno.env.get(name));
      await using folder = await tempDir();
      try {
        await fn(folder.path, (places) => names.forEach((name) => set(name, places[name])));
      } finally {
        names.forEach((name, i) => set(name, before[i]));
      }
    },
  });
}

const TRANSCRIPT = { protocol: "test", hellos: ["a", "b"], binding: "" } as const;

/** What tells one secret from another. */
const printOf = (token: Token) => token.prove("test", TRANSCRIPT);

/** Makes the token there, and gives its path. */
async function made(path?: string): Promise<string> {
  let where = "";
  await openToken(path, (path) => where = path);
  return where;
}

const errorOf = (act: () => Promise<unknown>) => assertRejects(act, PinwireError);

files(
  "openToken makes a token below XDG_CONFIG_HOME, for its owner alone, and finds it there",
  async (folder, at) => {
    at({ XDG_CONFIG_HOME: `${folder}/config`, HOME: `${folder}/home` });
    assertEquals(await made(), `${folder}/config/pinwire/token`);
    const modeOf = (path: string) => Deno.statSync(path).mode! & 0o777;
    assertEquals(modeOf(`${folder}/config/pinwire`), 0o700);
    assertEquals(modeOf(`${folder}/config/pinwire/token`), 0o600);
    const found = await printOf(await openToken(undefined));
    assertEquals(await printOf(await openToken(`${folder}/config/pinwire/token`)), found);
    // What is there already isn't made.
    assertEquals(await made(), "");
    assertEquals(await printOf(await openToken(undefined)), found);
  },
);

files(
  "openToken looks into ~/.config where XDG_CONFIG_HOME says nothing, or no absolute path",
  async (folder, at) => {
    for (const [i, XDG_CONFIG_HOME] of [undefined, "", "config", "./x"].entries()) {
      at({ XDG_CONFIG_HOME, HOME: `${folder}/${i}` });
      assertEquals(await made(), `${folder}/${i}/.config/pinwire/token`);
    }
  },
);

files(
  "openToken says what to do where there is no home, and needs none for a file that is named",
  async (folder, at) => {
    at({});
    const error = await errorOf(() => openToken(undefined, () => {}));
    assertEquals([error.code, error.hint], ["no_home", "name the token's file with --token-file"]);
    assertEquals(await made(`${folder}/named`), `${folder}/named`);
    await openToken(`${folder}/named`);
  },
);

files("openToken makes nothing for a client, and tells who makes it", async (folder, at) => {
  at({ HOME: folder });
  const error = await errorOf(() => openToken(undefined));
  assertEquals(error.code, "bad_token_file");
  assertMatch(error.sentence, /\/\.config\/pinwire\/token: .*pinwire shell serve/);
  assertEquals((await errorOf(() => openToken(`${folder}/named`))).code, "bad_token_file");
  assertEquals([...Deno.readDirSync(folder)], []);
});

files("openToken makes no folder for a file that is named", async (folder) => {
  assertEquals((await errorOf(() => openToken(`${folder}/no/token`, () => {}))).code, "bad_token_file");
  assertEquals([...Deno.readDirSync(folder)], []);
});

files("openToken refuses a token that others can read", async (folder, at) => {
  at({ XDG_CONFIG_HOME: folder });
  const path = await made();
  Deno.chmodSync(path, 0o644);
  for (const onMade of [undefined, () => {}]) {
    assertMatch((await errorOf(() => openToken(undefined, onMade))).message, /can be read by others$/);
  }
});

files("openToken tells of a folder that can't be made", async (folder, at) => {
  Deno.writeTextFileSync(`${folder}/file`, "");
  at({ XDG_CONFIG_HOME: `${folder}/file` });
  const error = await errorOf(() => openToken(undefined, () => {}));
  assertEquals(error.code, "bad_token_file");
  assertMatch(error.sentence, /^the folder .+\/file\/pinwire for the token can't be made .*--token-file$/);
});
