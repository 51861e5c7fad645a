import { assertEquals } from "@std/assert";
import { command, type Program } from "../command.ts";
import { choice, text } from "../kinds.ts";
import { complete } from "./offers.ts";

const FRAMES = ["raw", "line", "len:i32le", "len:i32be"];

const serve = command({
  summary: "serve: for ever",
  positionals: {
    address: { kind: { ...text("ADDRESS"), values: () => ["tcp://", "unix:"] }, optional: true, help: "" },
  },
  options: {
    frame: { kind: choice("SPEC", FRAMES), short: "f", help: "how it is cut: raw, line and others" },
    tlsCert: { kind: text("FILE"), help: "a certificate" },
    out: { kind: text("FOLDER"), multiple: true, help: "where to" },
    json: { short: "j", help: "for programs" },
  },
  permissions: [],
  examples: [],
  run: () => Promise.resolve(0),
});

/** Its devices depend on what was said before. */
const on = command({
  ...serve,
  positionals: {
    device: {
      kind: {
        ...text("DEVICE"),
        values: ({ frame }) =>
          frame === "raw"
            ? Promise.reject(new Error("nobody"))
            : [`${frame}-1`, "küche", "$(date)", "a b", "-x;", "-x", "--json", "`x`"],
      },
      help: "",
    },
    command: { kind: text("COMMAND"), behindDashes: true, variadic: true, optional: true, help: "" },
  },
});

const lab = command({
  ...serve,
  positionals: { lesson: { kind: choice("LESSON", ["states", "loss"]), optional: true, help: "" } },
});

const loaded: string[] = [];

const program: Program = {
  name: "prog",
  version: "1",
  home: new URL("https://example.org/prog/"),
  summary: "",
  printable: (text) => text,
  guide: () => Promise.reject(),
  modules: {
    echo: () => {
      loaded.push("echo");
      return Promise.resolve({ commands: { "echo serve": serve, "echo connect": serve } });
    },
    led: () => Promise.resolve({ commands: { "led on": on } }),
    lab: () => Promise.resolve({ commands: { lab, "lab cidr": serve, "lab cidr split": on } }),
  },
};

/** The words that are offered for the last one of a line. */
async function offered(line: string): Promise<string[]> {
  const { offers } = await complete(program, line.split(" "));
  return offers.map(({ word }) => word);
}

const pathsAt = async (line: string) => (await complete(program, line.split(" "))).paths;

Deno.test("complete offers the commands, then their second words", async () => {
  assertEquals(await offered(""), ["echo", "led", "lab", "completions", "help"]);
  assertEquals(await offered("e"), ["echo"]);
  assertEquals(await offered("echo "), ["serve", "connect"]);
  assertEquals(await offered("echo c"), ["connect"]);
  assertEquals(await offered("nothing "), []);
  assertEquals(await offered("toString "), []);
  assertEquals(await offered("--"), ["--help", "--version"]);
  assertEquals(await complete(program, []), await complete(program, [""]));
});

Deno.test("complete goes on with the longer names of commands, and takes the longest", async () => {
  assertEquals(await offered("lab "), ["cidr", "states", "loss"]);
  assertEquals(await offered("lab s"), ["states"]);
  assertEquals(await offered("lab cidr "), ["split", "tcp://", "unix:"]);
  assertEquals(await offered("lab cidr split k"), ["küche"]);
});

Deno.test("complete offers what help and completions take", async () => {
  assertEquals(await offered("help "), ["echo", "led", "lab", "completions", "help", "all", "options"]);
  assertEquals(await offered("help lab c"), ["cidr"]);
  assertEquals(await offered("help --"), ["--man", "--help"]);
  assertEquals(await offered("completions "), ["bash", "zsh", "fish"]);
});

Deno.test("complete says in a few words what is offered", async () => {
  const { offers } = await complete(program, ["echo", "serve", "--f"]);
  assertEquals(offers, [{ word: "--frame", what: "how it is cut" }]);
  assertEquals((await complete(program, ["ec"])).offers, [{ word: "echo", what: "serve, connect" }]);
});

Deno.test("complete offers a command's options that are not given yet", async () => {
  assertEquals(await offered("echo serve -"), ["--frame", "--tls-cert", "--out", "--json", "--help"]);
  assertEquals(await offered("echo serve -j --out x --"), ["--frame", "--tls-cert", "--out", "--help"]);
  assertEquals(await offered("echo serve 80 --t"), ["--tls-cert"]);
});

Deno.test("complete offers values, in each form of the option", async () => {
  assertEquals(await offered("echo serve --frame "), FRAMES);
  assertEquals(await offered("echo serve -jf l"), ["line", "len:i32le", "len:i32be"]);
  assertEquals(await offered("echo serve --frame=len:i32l"), ["--frame=len:i32le"]);
  assertEquals(await offered("echo serve t"), ["tcp://"]);
  assertEquals(await offered("echo serve 80 t"), []);
});

Deno.test("complete leaves names of files and folders to the shell", async () => {
  assertEquals(await pathsAt("echo serve --tls-cert x"), { which: "files", prefix: "" });
  assertEquals(await pathsAt("echo serve --tls-cert=x"), { which: "files", prefix: "--tls-cert=" });
  assertEquals(await pathsAt("echo serve --out "), { which: "folders", prefix: "" });
  assertEquals(await pathsAt("echo serve unix:/t"), { which: "files", prefix: "unix:" });
  assertEquals(await pathsAt("led on x -- "), { which: "files", prefix: "" });
  assertEquals(await pathsAt("echo serve -- "), undefined);
  assertEquals(await pathsAt("echo serve 80"), undefined);
});

Deno.test("complete offers no value that a shell would take for more than a word, and none that can't be had", async () => {
  assertEquals(await offered("led on --frame line "), ["line-1", "küche"]);
  assertEquals(await offered("led on --frame raw "), []);
});

Deno.test("complete loads no other commands than it has to", async () => {
  loaded.length = 0;
  await offered("led on ");
  assertEquals(loaded, []);
});
