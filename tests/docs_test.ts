import { assert, assertEquals } from "@std/assert";
import { allCommands, flagName } from "../lib/cli/command.ts";
import { parseCommandLine } from "../lib/cli/parse.ts";
import { program } from "../main.ts";
import { has, run } from "./support.ts";
import { commandsOf, fencesOf, pages, readPage } from "./support/fences.ts";
import { shellWords } from "./support/shell_words.ts";

const ROOT = new URL("../", import.meta.url);
const COMMANDS = await allCommands(program);
/** What the program itself answers, without a command. */
const BUILT_IN = /^(help|completions|--help|-h|--version|-V)\b/;
const BUILT_IN_OPTIONS = ["--help", "--version"];
/** Options of Deno, of install.sh and of docker, which the pages name beside ours. */
const OTHER_OPTION = /^--(unstable-net|allow-.*|dir|uninstall|security-opt|device)$/;

/** Whose lines stand beside ours. A word that is in none of the two is a slip, or would be passed over unseen. */
const OTHERS = new Set(
  ("cd cp curl deno docker echo eval getconf git grep groups mkdir mosquitto_pub mosquitto_sub mount nc ncat npx openssl printf python3 scp sed sha256sum sleep " +
    "sh socat ssh sudo systemctl tar tcpdump tee toxiproxy-cli true tshark uname websocat websockify wireshark wscat")
    .split(
      " ",
    ),
);
/** What a shell itself understands at the start of a command. */
const SHELL_WORDS = new Set("do done until while".split(" "));

function parse(args: string[]): void {
  if (BUILT_IN.test(args[0] ?? "help")) return;
  const name = [2, 1].map((words) => args.slice(0, words).join(" ")).find((name) => COMMANDS[name]);
  assert(name, `no command "${args.join(" ")}"`);
  parseCommandLine(COMMANDS[name], args.slice(name.split(" ").length));
}

for (const page of pages()) {
  const programs = commandsOf(page).flatMap(shellWords);
  const lines = programs.filter(([program]) => program === "pinwire");

  for (const [, ...args] of lines) {
    Deno.test(`${page}: "pinwire ${args.join(" ")}" is a command line`, () => parse(args));
  }

  Deno.test(`${page}: each command is of a program that we know`, () => {
    for (const [program] of programs.map((words) => words.filter((word) => !SHELL_WORDS.has(word)))) {
      assert(!program || program === "pinwire" || OTHERS.has(program), program);
    }
  });

  Deno.test({
    name: `${page}: each command is one to a shell (needs bash)`,
    ignore: !has("bash"),
    async fn() {
      const { code, stderr } = await run("bash", ["-n"], { stdin: commandsOf(page).join("\n") });
      assertEquals([code, stderr], [0, ""]);
    },
  });

  Deno.test(`${page}: every option that it names exists`, () => {
    const known = Object.values(COMMANDS).flatMap(({ options }) => Object.keys(options).map(flagName));
    // What is typed for other programs has their options.
    const others = programs.filter(([program]) => program !== "pinwire").flat();
    const named = readPage(page).match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];
    for (const option of new Set(named)) {
      if (BUILT_IN_OPTIONS.includes(option) || OTHER_OPTION.test(option) || others.includes(option)) continue;
      assert(known.includes(option), `${option} is no option of any command`);
    }
  });

  Deno.test(`${page}: every link leads somewhere`, () => {
    for (const [, target] of withoutCode(readPage(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split("#");
      const url = path ? new URL(path, new URL(page, ROOT)) : new URL(page, ROOT);
      assert(exists(url), `${target} is not there`);
      if (anchor) assert(anchorsOf(Deno.readTextFileSync(url)).includes(anchor), `no heading for ${target}`);
    }
  });
}

for (const translated of pages().filter((page) => page.endsWith(".zh-CN.md"))) {
  Deno.test(`${translated} has the commands of the English page, in its order, with what they show`, () => {
    const original = translated.replace(".zh-CN", "");
    const isChinese = screens(translated).map((screen) =>
      screen.map(({ command }) => command.includes(CHINESE))
    );
    const told = (page: string) =>
      screens(page).map((screen, i) =>
        screen.map(({ command, steps }, j) => ({
          command: command.replace(CHINESE, ""),
          // What is in Chinese there, the run of that page holds to what comes.
          steps: isChinese[i]?.[j] ? [] : steps,
        }))
      );
    assertEquals(told(translated), told(original));
  });
}

/** What has the lab explain in Chinese. */
const CHINESE = " --lang zh";

/** All that is typed and shown on a page, without the comments behind commands. */
const screens = (page: string) =>
  fencesOf(page).map(({ entries }) =>
    entries.map(({ command, steps }) => ({ command: command.replace(/ +# .*$/, ""), steps }))
  );

const withoutCode = (markdown: string) => markdown.replace(/^```[^]*?^```/gm, "");

function exists(url: URL): boolean {
  try {
    return Boolean(Deno.statSync(url));
  } catch {
    return false;
  }
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  const headings = withoutCode(markdown).matchAll(/^#+ +(.*)$/gm);
  return [...headings].map(([, text]) =>
    text.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-")
  );
}
