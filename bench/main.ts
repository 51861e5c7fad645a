/**
 * `deno task bench [STAGE…] [--rounds N] [--seconds S] [--no-write]`: pinwire against its peers, on loopback, in one run.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { endAll } from "./child.ts";
import { prepare } from "./peers.ts";
import { describeMachine, render, type Section, updatePage, verdict } from "./report.ts";
import { STAGES } from "./stages.ts";

const { _: names, rounds, seconds, write } = parseArgs(Deno.args, {
  string: ["rounds", "seconds"],
  negatable: ["write"],
});
const effort = {
  rounds: Number(rounds ?? 5),
  seconds: Number(seconds ?? 2),
  log: (line: string) => console.error(`  ${line}`),
};
const unknown = names.filter((name) => !(name in STAGES));
if (unknown.length || !(effort.rounds >= 1) || !(effort.seconds > 0)) {
  console.error("usage: deno task bench [STAGE…] [--rounds N] [--seconds S] [--no-write]");
  console.error(`stages: ${Object.keys(STAGES).join(" ")}`);
  Deno.exit(2);
}

const folder = await Deno.makeTempDir({ prefix: "pinwire-bench-" });
const cleanUp = async () => {
  await endAll();
  await Deno.remove(folder, { recursive: true });
};
Deno.addSignalListener("SIGINT", async () => {
  await cleanUp();
  Deno.exit(130);
});

try {
  const tools = await prepare(folder);
  for (const name of tools.absent) console.error(`${name} is not installed: left out`);
  const sections: Section[] = [];
  for (const name of names.length ? names : Object.keys(STAGES)) {
    console.error(`${name}: ${STAGES[name].title}`);
    const section = await STAGES[name].run(tools, effort);
    sections.push(section);
    console.log(render(section));
  }
  if (write !== false) {
    await updatePage(await intro(), sections, Object.values(STAGES).map(({ title }) => title));
  }
  const missed = sections.flatMap(({ targets }) => targets).filter((target) => verdict(target) !== "met");
  console.error(missed.length ? `${missed.length} targets not met` : "all targets met");
} finally {
  await cleanUp();
}

async function intro(): Promise<string> {
  return `# What is measured, and against whom

\`\`\`sh
deno task bench                        # all stages, about twenty minutes
deno task bench echo64 udp --rounds 9  # some, more carefully
deno task soak                         # does memory stay flat under a client that never reads, idle crowds, resets
deno task soak half-lines              # lines that come a byte at a time; -client, -controller, -agent likewise
deno task soak silent-tls              # thousands that never say a byte to a TLS port: do newcomers get in
deno task soak chat --minutes 60       # a room of 1,000 and clients that behave badly: does everybody get every line
\`\`\`

Stages: ${
    Object.keys(STAGES).map((name) => `\`${name}\``).join(", ")
  }. All of it runs on loopback. \`load.c\` makes the load in one thread, so that the server has the other
core. \`echo.c\` is the limit: one epoll thread and nothing else. \`peers/loop.ts\` is what Deno itself allows.
\`led.c\` drives the LED stages, \`chat.c\` the chat. Before each run of an echo server the C server runs. What
counts is the median of the ratios of such pairs, since absolute rates change with the machine's other work.
The command writes this page; a stage that is measured alone replaces its own section. \`PINWIRE_BIN\` names a compiled
pinwire that is to be measured too, and \`EMPTY_BIN\` an empty file compiled likewise, for its start.

A soak holds V8's young generation at two halves of 1 MiB, so that what grows is what stays. Left alone it takes up
to two halves of 32 MiB where connections were idle before they were busy: a set of pending reads that Deno keeps
for each has then grown old, and through it all that replace it (one a read) outlive the next collections. That
is bounded: the chat server of \`half-lines\` came to 97 … 105 MiB after three and a half minutes and stayed there to
the end of eight, with 5.2 … 5.5 MB alive after each of 55 full collections.

${await describeMachine()}
- last written ${new Date().toISOString().slice(0, 10)} by \`deno task bench ${Deno.args.join(" ")}\``
    .trimEnd();
}
