import { assertEquals, assertStringIncludes } from "@std/assert";
import { has, isLinux, LOOPBACK } from "./support.ts";
import { account, INSTALLED, INSTALLER } from "./support/install.ts";
import { run } from "./support/process.ts";

/** A test of install.sh where something is in its way. */
function install(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `install.sh ${name}`, ignore: !isLinux, fn });
}

install("takes no folder for the program, neither to install nor to remove", async () => {
  await using on = await account();
  const folder = `${on.home}/.local/bin/pinwire`;
  await Deno.mkdir(folder, { recursive: true });
  const { code, stdout, stderr } = await on.install();
  const sentence = `${folder} is a folder: name another one with --dir, or move it away`;
  assertEquals([code, stdout, stderr], [1, "", `install.sh: ${sentence}\n`]);
  const removing = await on.install(["--uninstall"]);
  assertEquals(removing.stderr, `install.sh: there is no pinwire in ${on.home}/.local/bin\n`);
  assertEquals(await on.files(), []);
});

install("leaves no half of an installation when nobody reads what it says", async () => {
  await using on = await account();
  for (const reader of ["true", "head -n 1"]) {
    await run("sh", ["-c", `sh "$@" | ${reader}`, "sh", INSTALLER], { env: on.env });
    const there = (await on.files()).filter((path) => !INSTALLED.includes(path));
    assertEquals(there, []);
    assertEquals([...Deno.readDirSync(`${on.home}/.local/bin`)].filter(({ isDirectory }) => isDirectory), []);
  }
});

install("is done with itself where it runs twice at the same time", async () => {
  await using on = await account();
  const both = await Promise.all([on.install(), on.install(), on.install()]);
  assertEquals(both.map(({ code, stderr }) => [code, stderr]), [[0, ""], [0, ""], [0, ""]]);
  assertEquals(await on.files(), INSTALLED);
});

install("takes nothing from a wget that takes any server for the right one", async () => {
  const wget = `echo 'wget: note: TLS certificate validation not implemented' >&2; exec busybox wget "$@"`;
  await using on = await account({ without: ["curl"], fakes: { wget } });
  const { code, stderr } = await on.install();
  const sentence = "the wget here takes any server for the right one: install curl";
  assertEquals([code, stderr], [1, `install.sh: ${sentence}\n`]);
  assertEquals(await on.files(), []);
});

/** What some shells' echo takes for the start of a terminal's escape sequence, and a path. */
const ODD = ["1\\033]0;x\\007", "1/../../2", "1{a,b}", "1\nx"];

for (const shell of [["dash"], ["bash", "--posix"], ["busybox", "sh"]]) {
  Deno.test({
    name: `install.sh takes an odd version for none when ${shell.join(" ")} runs it (needs ${shell[0]})`,
    ignore: !isLinux || !has(shell[0]),
    async fn() {
      await using on = await account();
      for (const version of ODD) {
        const { code, stdout, stderr } = await on.install(["--version", version], { shell });
        const shown = version.replace("\n", "");
        assertEquals([code, stdout, stderr], [
          1,
          "",
          `install.sh: "${shown}" is no version: it is like 0.1.0\n`,
        ]);
      }
      const location = `/tag/v${ODD[0]}`;
      const options = { hostname: LOOPBACK, port: 0, onListen() {} };
      await using page = Deno.serve(
        options,
        () => new Response(null, { status: 302, headers: { location } }),
      );
      const base = `http://${LOOPBACK}:${page.addr.port}`;
      const { code, stdout, stderr } = await on.install([], { shell, env: { PINWIRE_BASE_URL: base } });
      assertEquals([code, stdout], [1, ""]);
      assertStringIncludes(stderr, `${base}/latest does not say which version is the newest`);
      assertEquals(await on.files(), []);
    },
  });
}
