import { assert, assertEquals } from "@std/assert";
import { builtIns } from "../lib/cli/builtin.ts";
import { allCommands } from "../lib/cli/command.ts";
import { program } from "../main.ts";
import { has, isLinux, Process, run } from "./support.ts";
import { installed } from "./support/installed.ts";

/** What an example needs, and how it ends. Without any of this it runs by itself, and ends with 0. */
interface Run {
  /** What is done before. */
  before?: string;
  /** A server that runs beside it, and an address of it that can be probed. */
  beside?: [server: string, address: string];
  stdin?: string;
  code?: number;
  /** Why it isn't run here; that it is a command line of ours is shown elsewhere (program_test.ts). */
  not?: string;
}

const ECHO: Run = { beside: ["echo serve 8080", "127.0.0.1:8080"], stdin: "hello\n" };
const SHELL: Run = { beside: ["shell serve", "127.0.0.1:8080"], stdin: "pwd\n" };
const BENCH: Run = { not: "it takes long, and tests/tools_test.ts has a shorter one" };
const RECORDING: Run = { not: "it needs a recording, as tests/replay_test.ts makes them" };
const STEPS: Run = { not: "it waits for Enter at a terminal, as in tests/lab_states_test.ts" };
const PYTHON: Run = has("python3")
  ? { before: "echo 'print(1)' | tee server.py client.py >both.py" }
  : { not: "it needs python3" };
const PINS: Run = { not: "it moves pins" };

const RUNS: Record<string, Run> = {
  "echo connect": { beside: ["echo serve", "127.0.0.1:21567"], stdin: "hello\n" },
  "echo connect udp://127.0.0.1:8002": {
    beside: ["echo serve udp://8002", "udp://127.0.0.1:8002"],
    stdin: "hello\n",
  },
  "echo bench": BENCH,
  "echo bench 127.0.0.1:7 -c 1 -s 1400": BENCH,
  "echo bench udp://127.0.0.1:8002 --json": BENCH,
  "led agent --gpio simulated --name lamp": { not: "it goes on for ever, as in tests/led_agent_test.ts" },
  "chat connect --nick amy": { beside: ["chat serve", "127.0.0.1:8888"], stdin: "hello\n" },
  "shell serve tls://0.0.0.0 --tls-cert pinwire-cert.pem --tls-key pinwire-key.pem": {
    before: "pinwire cert localhost",
  },
  "shell exec -- uptime": SHELL,
  "shell exec --pty -- top": { not: "it needs a terminal" },
  "shell connect": SHELL,
  "shell connect --wire simple": { ...SHELL, beside: ["shell serve --wire simple", "127.0.0.1:8080"] },
  "connect 127.0.0.1:8080": ECHO,
  "connect 127.0.0.1:8080 <in >out": { ...ECHO, before: "echo hello >in" },
  "send 127.0.0.1:8080 hello": ECHO,
  "send 127.0.0.1:8080 <file >answer": { ...ECHO, before: "echo hello >file" },
  "send udp://127.0.0.1:8888 你好 -e gbk": { beside: ["echo serve udp://8888", "udp://127.0.0.1:8888"] },
  "send 127.0.0.1:7 --hex 68656c6c6f --repeat 3 --interval 0.5": { beside: ["echo serve 7", "127.0.0.1:7"] },
  "receive udp://8888 -e gbk --until 88": { code: 1 },
  "replay talk.pcapng 127.0.0.1:8080": RECORDING,
  "replay talk.pcapng 8080 --as server": RECORDING,
  "replay talk.pcapng 8080 --stream 3 --speed max": RECORDING,
  "replay talk.pcapng tls://127.0.0.1:8443 --ca cert.pem": RECORDING,
  "lab handshake --step": STEPS,
  "lab handshake talk.pcapng --stream 3": RECORDING,
  "lab states --step": STEPS,
  "lab window --step": STEPS,
  "lab udp --step": STEPS,
  "lab states 8080": { not: "it goes on until Ctrl-C, as in tests/lab_port_test.ts" },
  "lab watch -- python3 server.py": PYTHON,
  "lab watch -- sh -c 'python3 server.py & sleep 1; python3 client.py'": PYTHON,
  "lab watch --record talk.pcapng -- python3 both.py": PYTHON,
  "probe 127.0.0.1:8000-8010": { code: 1 },
  "probe --wait 30 127.0.0.1:5432 && echo ready": { beside: ["echo serve 5432", "127.0.0.1:5432"] },
  "completions zsh > ~/.zfunc/_pinwire": { before: "mkdir ~/.zfunc" },
  "completions fish > ~/.config/fish/completions/pinwire.fish": {
    before: "mkdir -p ~/.config/fish/completions",
  },
};

const SERVERS = /^(?:\w+ serve|chat peer|listen|receive|relay)\b/;

/** Whether it dials what isn't on this machine. A relay dials only once it has a client; a shared chat begins with it. */
const isFar = (line: string) =>
  /\.local\b|example\.|192\.168\./.test(line) && (!SERVERS.test(line) || line.includes("--share"));
const movesPins = (line: string) => /^led (?!serve|agent)/.test(line) && !line.includes("--via");

const LINES = Object.entries({ ...await allCommands(program), ...builtIns(program) }).flatMap((
  [name, { examples }],
) => examples.map(([args]) => `${name} ${args}`.trimEnd()));

/** A network of our own, so that every port is free, also those that root alone may listen on. */
const APART = ["-rn", "sh", "-c"];
const mayUnshare = isLinux &&
  await new Deno.Command("unshare", { args: [...APART, "ip link set lo up"], stderr: "null" }).output()
    .then(({ success }) => success, () => false);

for (const line of LINES) {
  const how = RUNS[line] ?? (isFar(line) ? { not: "it is for other machines" } : movesPins(line) ? PINS : {});
  if (how.not) continue;
  Deno.test({
    name: `"pinwire ${line}" runs as its help says (needs unshare)`,
    ignore: !mayUnshare,
    fn: () => SERVERS.test(line) ? serves(line, how) : ends(line, how),
  });
}

Deno.test("what is told of examples is told of those that there are", () => {
  assertEquals(Object.keys(RUNS).filter((line) => !LINES.includes(line)), []);
  assert(LINES.length > Object.keys(RUNS).length);
});

/** A server says that it is ready, and Ctrl-C ends it. */
async function serves(line: string, { before = ":", code = 0 }: Run): Promise<void> {
  await using home = await installed();
  const script = `ip link set lo up; cd; { ${before}; } >&2; exec pinwire ${line}`;
  await using server = new Process("unshare", [...APART, script], home);
  await server.sees(
    line.includes("--json") ? /"event":"listening"/ : /: listening on /,
    line.includes("--json") ? "stdout" : "stderr",
  );
  const status = await server.stop();
  assertEquals(status.code, code, server.stderr);
}

async function ends(line: string, { before = ":", beside, stdin = "", code = 0 }: Run): Promise<void> {
  await using home = await installed();
  const server = beside
    ? `pinwire ${beside[0]} </dev/null >/dev/null 2>&1 & pinwire probe -q --wait 60 ${beside[1]} >/dev/null`
    : ":";
  const script = `ip link set lo up; cd; ${before}
${server}
pinwire ${line}
code=$?
[ -z "$!" ] || { kill -INT $!; wait; }
exit $code`;
  const outcome = await run("unshare", [...APART, script], { ...home, stdin });
  assertEquals([outcome.code, outcome.stderr], [code, ""], outcome.stdout);
}
