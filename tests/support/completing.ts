import { assertEquals } from "@std/assert";
import { completionScript } from "../../lib/cli/completion/scripts.ts";
import { installed } from "./installed.ts";
import { has } from "./machine.ts";
import { run } from "./process.ts";

/** How each shell is started without anybody's settings, and what it is told then. */
const SHELLS: Record<string, { start: string; settings: string }> = {
  bash: {
    start: "bash --norc --noprofile",
    settings: "bind 'set enable-bracketed-paste off' 'set show-all-if-ambiguous on'",
  },
  // It has the keys of vi where EDITOR says so.
  zsh: { start: "zsh -f", settings: "unsetopt prompt_sp; bindkey -e" },
  fish: {
    start: "fish --no-config -C {function fish_prompt; echo -n 'NEXT> '; end}",
    settings: "set -g fish_autosuggestion_enabled 0",
  },
};

/** What a Tab made of a line. */
export interface Completed {
  line: string;
  /** Everything that was shown meanwhile. */
  shown: string;
}

/** A test in each of the three shells, which expect(1) drives. */
export function inShells(name: string, fn: (shell: string) => Promise<void>): void {
  for (const shell of Object.keys(SHELLS)) {
    Deno.test({
      name: `${name}, in ${shell} (needs ${shell} and expect)`,
      ignore: !has(shell) || !has("expect"),
      fn: () => fn(shell),
    });
  }
}

// The line is shown by a command that is typed around it. It is read behind the Tab, since no shell reads on until it has
// completed; only what that command prints has "LINE<" in it. What is typed before there is a prompt, a shell may drop.
const DRIVER = String.raw`
set timeout -1
log_user 0
spawn -noecho {*}$env(SHELL_START)
stty rows 50 columns 120 < $spawn_out(slave,name)
expect -ex "NEXT> "
send -- "$env(SHELL_SETTINGS); source $env(SCRIPT); printf 'RE%s\\n' ADY\r"
expect READY
expect -ex "NEXT> "
foreach line $argv {
  send -- "$line\t\001printf 'LI%s\\n' 'NE<\005>'\r"
  expect -re {LINE<([^>]*)>}
  puts "SHOWN$expect_out(buffer)"
  expect -ex "NEXT> "
}
send -- "exit\r"
expect eof
`;

/**
 * What a Tab at the end of each line makes of it: in a folder with the files `talk.pcapng` and `two words.txt`, and the
 * folder `certs`. A line may go on behind a `\x02`, which moves the cursor one to the left.
 */
export async function completed(shell: string, ...lines: string[]): Promise<Completed[]> {
  await using home = await installed();
  const { path } = home;
  await Deno.writeTextFile(`${path}/driver`, DRIVER);
  await Deno.writeTextFile(`${path}/script`, `${completionScript("pinwire", shell)}\n`);
  await Deno.mkdir(`${path}/here/certs`, { recursive: true });
  for (const name of ["talk.pcapng", "two words.txt"]) await Deno.writeTextFile(`${path}/here/${name}`, "");
  const { start, settings } = SHELLS[shell];
  const { code, stdout, stderr } = await run("expect", [`${path}/driver`, ...lines], {
    env: {
      ...home.env,
      TERM: "xterm",
      PS1: "NEXT> ",
      SCRIPT: `${path}/script`,
      SHELL_START: start,
      SHELL_SETTINGS: `cd '${path}/here'; ${settings}`,
    },
  });
  assertEquals([code, stderr], [0, ""]);
  return stdout.split("SHOWN").slice(1).map((shown) => ({ line: shown.match(/LINE<([^>]*)>/)![1], shown }));
}
