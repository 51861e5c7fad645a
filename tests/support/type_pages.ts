/**
 * Types the commands of pages and prints those that it may not run, with the reason:
 *
 *     unshare -rnmpf --kill-child --mount-proc deno run --allow-all tests/support/type_pages.ts README.md
 *
 * It changes its machine's names and addresses, so it wants namespaces of its own. There the ports that the pages name
 * are free.
 */
import { fencesOf } from "./fences.ts";
import { pinwireCommand } from "./pinwire.ts";
import { run } from "./process.ts";
import { play } from "./transcript.ts";
import { isTutorialListener, isTutorialServer, writeTutorialPrograms } from "./tutorial_programs.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** Who is there besides this machine; all of them are this machine. */
const HOSTS: Record<string, string> = { "pi.local": "192.168.1.10", "laptop.local": "192.168.1.20" };

/** What no test can do, and why. */
const SKIPPED: [RegExp, string][] = [
  [/^npx -y deno@[\d.]+ task test$/, "it is this test that it runs"],
  [/^curl .*install\.sh \| sh$/, "nothing is published yet; the script has tests of its own"],
  [/^git clone |^sudo apt |^cd pinwire && npx /, "it fetches what is not on this machine"],
  [/^(mount|deno run .* --gpio sysfs:)/, "it is about real pins"],
  [/^pinwire lab .*--step/, "it wants somebody who presses Enter, as in tests/lab_states_test.ts"],
  [/^wireshark /, "it wants a screen, and somebody who looks"],
  [/^pinwire echo bench/, "it wants the processors to itself"],
  [/^pinwire shell exec --pty -- vim/, "an editor wants somebody who types"],
  [/^pinwire led status$/, "a simulated pin is forgotten at once"],
  [/239\.1\.2\.3|ff02::|192\.168\.1\.255/, "it wants an interface that takes part in multicast"],
  [/^(ssh|scp) |example\.com/, "it goes to another machine"],
  [
    /^(uname|getconf|groups|sudo|echo kernel=|systemctl)\b/,
    "it is about a Raspberry Pi, or changes the system",
  ],
];

const quoted = (words: string[]) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");

/** A home, a folder to work in, and programs on the PATH, all in one folder. */
async function furnish(folder: string): Promise<void> {
  const names = Object.entries(HOSTS).map(([name, ip]) => `${ip} ${name}\n`);
  await Deno.writeTextFile(`${folder}/hosts`, ["127.0.0.1 localhost\n::1 localhost\n", ...names].join(""));
  const setUp = [
    "ip link set lo up",
    // A tutorial's server that has closed a connection keeps its port for a minute else.
    "echo 0 > /proc/sys/net/ipv4/tcp_max_tw_buckets",
    ...Object.values(HOSTS).map((ip) => `ip addr add ${ip}/24 dev lo`),
    `mount --bind '${folder}/hosts' /etc/hosts`,
  ];
  const { code, stderr } = await run("sh", ["-ec", setUp.join("\n")]);
  if (code !== 0) throw new Error(stderr);

  await Deno.mkdir(`${folder}/bin`);
  const deno = quoted([Deno.execPath()]);
  const programs: Record<string, string> = {
    pinwire: `exec ${quoted(pinwireCommand([]))} "$@"`,
    deno: `cd '${ROOT}' && exec ${deno} "$@"`,
    // Fetching it is left to those who do it by hand; that it is this version is not.
    npx: `[ "$1 $2" = "-y deno@${Deno.version.deno}" ] && shift 2 && cd '${ROOT}' && exec ${deno} "$@"`,
    // Of the project's own files.
    curl:
      `[ "$1" = -fsSLO ] && cp '${ROOT}'"\${2#https://raw.githubusercontent.com/pinwire/pinwire/main/}" .`,
  };
  for (const [name, script] of Object.entries(programs)) {
    await Deno.writeTextFile(`${folder}/bin/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  await Deno.mkdir(`${folder}/home`);
  await Deno.mkdir(`${folder}/work`);
  await writeTutorialPrograms(`${folder}/work`);
  for (const { name } of Deno.readDirSync(`${ROOT}examples`)) {
    if (name.endsWith(".py")) await Deno.copyFile(`${ROOT}examples/${name}`, `${folder}/work/${name}`);
  }
  const home = Deno.env.get("HOME");
  const settings: Record<string, string> = {
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${home}/.cache/deno`,
    HOME: `${folder}/home`,
    LC_ALL: "C.UTF-8",
    NO_COLOR: "1",
    PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
    PYTHONIOENCODING: "utf-8",
    PYTHONUNBUFFERED: "1",
    TERM: "dumb",
    XDG_RUNTIME_DIR: `${folder}/home`,
  };
  for (const [name, value] of Object.entries(settings)) Deno.env.set(name, value);
  Deno.env.delete("XDG_CONFIG_HOME");
  Deno.chdir(`${folder}/work`);
}

function skips(command: string): boolean {
  const reason = SKIPPED.find(([pattern]) => pattern.test(command))?.[1];
  if (reason) console.log(`${command}: not run, as ${reason}`);
  return Boolean(reason);
}

const folder = await Deno.makeTempDir({ prefix: "pinwire-pages-" });
try {
  await furnish(folder);
  for (const page of Deno.args) {
    for (const fence of fencesOf(page)) {
      await play(fence, { serves: isTutorialServer, lasts: isTutorialListener, skips });
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
// What still runs in these namespaces ends with this process.
Deno.exit();
