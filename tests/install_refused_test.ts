import { assertEquals } from "@std/assert";
import { deafPort, has, isLinux, LOOPBACK } from "./support.ts";
import { type Account, account, INSTALLED, INSTALLER, TARGET } from "./support/install.ts";
import { run } from "./support/process.ts";
import { VERSION } from "./support/release.ts";

const ARCHIVE = `pinwire-${TARGET}.tar.gz`;

/** Whether a process may have a small disk of its own. */
const mayMount = isLinux &&
  await new Deno.Command("unshare", { args: ["-rm", "true"], stderr: "null" }).output()
    .then(({ success }) => success, () => false);

/** A test of what install.sh does not install; `needs` are programs. */
function refuse(name: string, fn: () => Promise<void>, ...needs: string[]): void {
  const lacks = needs.filter((need) => need === "unshare" ? !mayMount : !has(need));
  const why = lacks.length ? ` (needs ${lacks.join(", ")})` : "";
  Deno.test({ name: `install.sh ${name}${why}`, ignore: !isLinux || why !== "", fn });
}

/** It says this one sentence and leaves nothing. */
async function assertRefused(on: Account, sentence: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await on.install(args);
  assertEquals([code, stderr], [1, `install.sh: ${sentence}\n`]);
  assertEquals(await on.files(), []);
}

refuse("needs curl or wget", async () => {
  await using on = await account({ without: ["curl", "wget"] });
  await assertRefused(on, "neither curl nor wget is here: install one of them");
});

refuse("needs sha256sum or shasum", async () => {
  await using on = await account({ without: ["sha256sum"] });
  await assertRefused(
    on,
    "neither sha256sum nor shasum is here, so the download could not be checked: install one of them",
  );
});

refuse("installs nothing whose checksum is wrong, and leaves what was there", async () => {
  await using on = await account();
  await on.install();
  const before = await Deno.stat(`${on.home}/.local/bin/pinwire`);
  await Deno.writeTextFile(`${on.archives}/${ARCHIVE}`, "!", { append: true });
  const { code, stderr } = await on.install();
  const why = "it was damaged on its way or changed, so nothing was installed";
  assertEquals([code, stderr], [1, `install.sh: ${ARCHIVE} is not what SHA256SUMS says: ${why}\n`]);
  assertEquals(await on.files(), INSTALLED);
  assertEquals((await Deno.stat(`${on.home}/.local/bin/pinwire`)).mtime, before.mtime);
});

refuse("needs the archive's name in the checksums", async () => {
  await using on = await account();
  await Deno.writeTextFile(`${on.archives}/SHA256SUMS`, "0".repeat(64) + "  another.tar.gz\n");
  await assertRefused(
    on,
    `${on.env.PINWIRE_BASE_URL}/download/v${VERSION}/SHA256SUMS does not name ${ARCHIVE}`,
  );
});

for (const without of ["wget", "curl"]) {
  refuse(
    `says of a version that isn't there that there is none, without ${without}`,
    async () => {
      await using on = await account({ without: [without] });
      const url = `${on.env.PINWIRE_BASE_URL}/download/v9.9.9/SHA256SUMS`;
      await assertRefused(
        on,
        `there is no ${url}: is there a version 9.9.9, and has it been built for ${TARGET}?`,
        "--version",
        "9.9.9",
      );
      await assertRefused(on, '"newest" is no version: it is like 0.1.0', "--version", "newest");
    },
    "curl",
    "wget",
  );

  refuse(
    `says why there is no way to the page, without ${without}`,
    async () => {
      await using on = await account({ without: [without] });
      using deaf = await deafPort();
      const url = `http://${LOOPBACK}:${deaf.port}`;
      for (const args of [[], ["--version", VERSION]]) {
        const { code, stderr } = await on.install(args, { env: { PINWIRE_BASE_URL: url } });
        const asked = args.length ? `download/v${VERSION}/SHA256SUMS` : "latest";
        const why = without === "wget" ? "curl: (7) Failed to connect" : "Connecting to";
        assertEquals([code, stderr.split("\n").length], [1, 2], stderr);
        assertEquals(stderr.startsWith(`install.sh: can't get ${url}/${asked}: ${why}`), true, stderr);
      }
      assertEquals(await on.files(), []);
    },
    "curl",
    "wget",
  );

  refuse(
    `wants a page that tells the newest version, without ${without}`,
    async () => {
      await using on = await account({ without: [without] });
      const url = `${on.env.PINWIRE_BASE_URL}/elsewhere`;
      const { code, stderr } = await on.install([], { env: { PINWIRE_BASE_URL: url } });
      const sentence = `${url}/latest does not say which version is the newest: name one with --version`;
      assertEquals([code, stderr], [1, `install.sh: ${sentence}\n`]);
    },
    "curl",
    "wget",
  );
}

const RANDOM = "head -c 300000 /dev/urandom | base64";
/** What fills the disk: the archive itself, or what is in it. */
const FILLERS = { "the download": RANDOM, "the program": "head -c 3000000 /dev/zero" };

for (const [what, bytes] of Object.entries(FILLERS)) {
  for (const without of ["wget", "curl"]) {
    refuse(
      `leaves nothing on a disk that ${what} fills, without ${without}`,
      async () => {
        const { stdout: filler } = await run("sh", ["-c", bytes]);
        await using on = await account({ without: [without], programs: { [TARGET]: `: '${filler}'` } });
        // The old program stands there, and must stay as it is.
        const there = `mount -t tmpfs -o size=100k tmpfs "$HOME" && mkdir -p "$HOME/.local/bin" &&
        echo old >"$HOME/.local/bin/pinwire"
        sh '${INSTALLER}'; echo $?; cd "$HOME" && find . -type f; cat .local/bin/pinwire`;
        const env = { ...on.env, PATH: `${on.env.PATH}:/sbin` };
        const { stdout, stderr } = await run("/usr/bin/unshare", ["-rm", "/bin/sh", "-c", asRoot(there)], {
          env,
        });
        const sentence =
          `the disk of ${on.home}/.local/bin is full: pinwire needs 200 MB there while it is installed`;
        assertEquals(stderr, `install.sh: ${sentence}\n`);
        const [, ...rest] = stdout.split("\n");
        assertEquals(rest, ["1", "./.local/bin/pinwire", "old", ""]);
      },
      "unshare",
      "curl",
      "wget",
    );
  }
}

/** The tools of the account are few; what makes and looks at the disk is not among them. */
function asRoot(lines: string): string {
  return lines.replace(/\b(mount|find) /g, "/usr/bin/$1 ");
}

const MACHINES: Record<string, Record<string, string>> = {
  "armv6l": { uname: "case $1 in -s) echo Linux ;; -m) echo armv6l ;; esac" },
  "armv7l": { uname: "case $1 in -s) echo Linux ;; -m) echo armv7l ;; esac" },
  // The 32-bit Raspberry Pi OS has a 64-bit kernel.
  "armv8l": {
    uname: "case $1 in -s) echo Linux ;; -m) echo aarch64 ;; esac",
    getconf: "case $1 in LONG_BIT) echo 32 ;; esac",
  },
};

for (const [machine, fakes] of Object.entries(MACHINES)) {
  refuse(`says on 32-bit ARM (${machine}) what there is instead`, async () => {
    await using on = await account({ fakes });
    await assertRefused(
      on,
      `there is no pinwire for 32-bit ARM (${machine}), as Deno has no such build: install the 64-bit Raspberry Pi OS,` +
        " or switch pins with examples/led_agent.py of the project, which needs nothing but Python 3",
    );
  });
}

refuse("says on other machines that Deno has no build", async () => {
  await using on = await account({
    fakes: { uname: "case $1 in -s) echo Linux ;; -m) echo riscv64 ;; esac" },
  });
  await assertRefused(on, "there is no pinwire for riscv64, as Deno has no such build");
});

refuse("says on Alpine that Deno needs glibc", async () => {
  await using on = await account({ fakes: { ldd: "echo 'musl libc (x86_64)' >&2; exit 1" } });
  await assertRefused(
    on,
    "there is no pinwire for Alpine and other systems with musl, as Deno needs glibc: take Debian, or the image of" +
      " examples/Dockerfile",
  );
});

const LARGE_PAGES = "case $1 in PAGESIZE) echo 16384 ;; *) echo 64 ;; esac";

refuse("says what to do where the kernel has pages of 16 KiB and the program crashes", async () => {
  await using on = await account({
    programs: { [TARGET]: "kill -SEGV $$" },
    fakes: { getconf: LARGE_PAGES },
  });
  await assertRefused(
    on,
    "pinwire doesn't start here, as this kernel has memory pages of 16 KiB and Deno is built for 4 KiB: on a Raspberry" +
      " Pi 5 write the line kernel=kernel8.img into /boot/firmware/config.txt, restart it, and install again",
  );
});

refuse("installs a program that starts with pages of 16 KiB", async () => {
  await using on = await account({ fakes: { getconf: LARGE_PAGES } });
  assertEquals((await on.install()).code, 0);
  assertEquals(await on.files(), INSTALLED);
});

refuse("installs no program that doesn't start", async () => {
  await using on = await account({ programs: { [TARGET]: "echo version GLIBC_2.99 not found >&2; exit 1" } });
  await assertRefused(on, "pinwire doesn't start here: version GLIBC_2.99 not found");
});

refuse("installs no archive without the man page", async () => {
  await using on = await account();
  const { archives } = on;
  const again =
    `rm -r ${TARGET}/pinwire.1 && tar -czf ${ARCHIVE} -C ${TARGET} . && sha256sum ${ARCHIVE} >SHA256SUMS`;
  assertEquals((await run("sh", ["-c", `cd '${archives}' && ${again}`])).code, 0);
  const { code, stderr } = await on.install();
  assertEquals([code, stderr.split("\n").length], [1, 2], stderr);
  assertEquals(await on.files(), []);
});

refuse("leaves nothing when Ctrl-C ends it", async () => {
  await using on = await account({ endless: ARCHIVE });
  const pipes = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const command = new Deno.Command("/bin/sh", { args: [INSTALLER], env: on.env, detached: true, ...pipes });
  const child = command.spawn();
  await on.asked;
  Deno.kill(-child.pid, "SIGINT");
  assertEquals((await child.status).code, 130);
  assertEquals(await on.files(), []);
});

refuse("does nothing when the pipe brings half of it", async () => {
  await using on = await account();
  const script = await Deno.readTextFile(INSTALLER);
  for (const part of [0.2, 0.5, 0.9, 0.999]) {
    const { stdout } = await run("sh", [], {
      stdin: script.slice(0, script.length * part),
      env: on.env,
    });
    assertEquals([stdout, await on.files()], ["", []]);
  }
  assertEquals((await run("sh", ["-s", "--", "--version", VERSION], { stdin: script, env: on.env })).code, 0);
  assertEquals(await on.files(), INSTALLED);
});
