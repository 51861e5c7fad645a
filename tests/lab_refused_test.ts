import { assertEquals, assertMatch } from "@std/assert";
import { callOf } from "../lib/lab/lessons.ts";
import { eventsOf, HAS_PRIVATE_NETWORKS } from "./support/lab.ts";
import { has, isRoot } from "./support/machine.ts";
import { pinwireCommand } from "./support/pinwire.ts";
import { type Outcome, run } from "./support/process.ts";
import { PYTHON } from "./support/python.ts";

/** Runs pinwire after lines of a shell, whose last one starts `"$@"`, as root of a user namespace. */
async function within(lines: string, args: string[], flags = ["--mount"]): Promise<Outcome> {
  const command = ["--user", "--map-root-user", ...flags, "sh", "-ec", lines, "sh"];
  return await run("unshare", [...command, ...pinwireCommand(args)]);
}

const FILTER = `${PYTHON} ${import.meta.dirname}/peers/refuse_namespaces.py`;
const NO_CAPABILITIES = "setpriv --bounding-set=-all --inh-caps=-all";

/** Why the list says that there is no private network; nothing if there is one. */
function reasonIn(outcome: Outcome): string | undefined {
  assertEquals([outcome.code, outcome.stderr], [0, ""]);
  return eventsOf(outcome, "private_network")[0].reason;
}

/** Ways in which a system refuses, as lines of a shell, and what is then said. */
const REFUSALS: [what: string, lines: string, pattern: RegExp, lacks?: string | false][] = [
  [
    "a container's filter of system calls",
    `exec ${FILTER} "$@"`,
    /seccomp.*--security-opt seccomp=unconfined --device \/dev\/net\/tun$/,
  ],
  [
    "the same filter, with the unshare of busybox",
    `busybox=$(command -v busybox); mount -t tmpfs x /mnt; ln -s $busybox /mnt/unshare; PATH=/mnt:$PATH exec ${FILTER} "$@"`,
    /seccomp/,
    !has("busybox") && "busybox",
  ],
  [
    "user.max_user_namespaces",
    `echo 0 >/proc/sys/user/max_user_namespaces; exec ${NO_CAPABILITIES} "$@"`,
    /sudo sysctl user\.max_user_namespaces=1000 allows them$/,
  ],
  [
    "user.max_net_namespaces",
    'echo 0 >/proc/sys/user/max_net_namespaces; exec "$@"',
    /sudo sysctl user\.max_net_namespaces=1000 allows them$/,
  ],
  [
    "the depth to which user namespaces nest",
    'set -- unshare --user --map-user=1000 --map-group=1000 "$@"; ' +
    `for i in $(seq 31); do set -- unshare --user --map-root-user "$@"; done; exec "$@"`,
    /nested: run the lab outside of them$/,
  ],
  ["a machine without unshare(1)", 'PATH=/nowhere exec "$@"', /without unshare\(1\): install util-linux$/],
  [
    "a /dev/net without a device",
    'mount -t tmpfs x /dev/net; exec "$@"',
    /no \/dev\/net\/tun.* modprobe tun/,
  ],
  [
    "a device that may not be opened",
    "mount -t tmpfs x /dev/net; : >/dev/net/tun; chmod 0 /dev/net/tun; " +
    'exec unshare --user --map-user=1000 --map-group=1000 "$@"',
    /\/dev\/net\/tun may not be opened here \(Permission denied\): .*, or run the lab with sudo$/,
  ],
];

for (const [what, lines, pattern, lacks] of REFUSALS) {
  Deno.test({
    name: `lab names what refuses a private network, and what would allow it: ${what}` +
      (lacks ? ` (needs ${lacks})` : ""),
    ignore: !HAS_PRIVATE_NETWORKS || !has(PYTHON) || Boolean(lacks),
    async fn() {
      assertMatch(reasonIn(await within(lines, ["lab", "--json", "--lang", "en"])) ?? "", pattern);
      assertMatch(reasonIn(await within(lines, ["lab", "--json", "--lang", "zh"])) ?? "", /\p{Script=Han}/u);
    },
  });
}

for (
  const [sysctl, no, pattern] of [
    ["kernel/apparmor_restrict_unprivileged_userns", "1", /^AppArmor .*userns=0 allows them/],
    ["kernel/unprivileged_userns_clone", "0", /unprivileged_userns_clone=1 allows them/],
  ] as const
) {
  const refuses = await Deno.readTextFile(`/proc/sys/${sysctl}`).then(
    (text) => text.trim() === no,
    () => false,
  );
  Deno.test({
    name: `lab names ${
      sysctl.replace("/", ".")
    } where it is ${no} (needs such a system, and an ordinary user)`,
    ignore: !refuses || isRoot,
    async fn() {
      const [program, ...args] = pinwireCommand(["lab", "--json", "--lang", "en"]);
      assertMatch(reasonIn(await run(program, args)) ?? "", pattern);
    },
  });
}

Deno.test({
  name: "lab is not kept from a private network by no_new_privs, a lack of capabilities, or busybox",
  ignore: !HAS_PRIVATE_NETWORKS || !has("setpriv"),
  async fn() {
    const ways = [
      ["setpriv", "--no-new-privs"],
      ...has("busybox") ? [["sh", "-ec", WITH_BUSYBOX, "sh"]] : [],
      // The root of a container.
      ...isRoot ? ["sys_admin", "net_admin"].map((one) => ["setpriv", `--bounding-set=-${one}`]) : [],
    ];
    for (const [program, ...args] of ways) {
      const outcome = await run(program, [...args, ...pinwireCommand(["lab", "handshake", "--json"])]);
      assertEquals([outcome.code, outcome.stderr], [0, ""], args.join(" "));
      assertEquals(eventsOf(outcome, "segment").length, 9);
      assertEquals(outcome.stdout.includes('"notice"'), false, args.join(" "));
    }
  },
});

const WITH_BUSYBOX = "dir=$(mktemp -d); ln -s $(command -v busybox) $dir/unshare; " +
  'PATH=$dir:$PATH "$@"; rm -r $dir';

Deno.test({
  name: "a lesson of the lab shows something in a container, says in 80 columns what is lacking, and exits 0",
  ignore: !HAS_PRIVATE_NETWORKS || !has(PYTHON),
  async fn() {
    const filtered = (args: string[]) => within(`exec ${FILTER} "$@"`, args);
    const listed = await filtered(["lab", "--json"]);
    const shown = Object.fromEntries(eventsOf(listed, "lesson").map(({ lesson, shown }) => [lesson, shown]));
    assertEquals([shown.handshake, shown.states, shown.cidr], ["recording", "plain", "live"]);
    for (
      const lesson of [
        "handshake",
        "states",
        "loss",
        "window",
        "udp",
        "layers",
        "cidr",
        "sticky",
        "pitfalls",
      ] as const
    ) {
      const outcome = await filtered([...callOf(lesson).split(" ").slice(1), "--lang", "en"]);
      assertEquals([outcome.code, outcome.stderr], [0, ""], lesson);
      const isWhole = lesson === "cidr" || lesson === "sticky";
      assertEquals(/filter of\s+system\s+calls\s+\(seccomp\)/.test(outcome.stdout), !isWhole, lesson);
      const ending = shown[lesson] === "recording" ? /What\s+follows\s+is\s+a\s+recording\./ : /\nNext: /;
      assertMatch(outcome.stdout, ending);
    }
  },
});
