import { assertEquals } from "@std/assert";
import { pinwire, run } from "./support.ts";
import { chatServe, heard } from "./support/chat.ts";
import { controller, next } from "./support/led.ts";
import { shell } from "./support/shell.ts";
import { emulated, Emulator } from "./support/tmux.ts";

/** The rows that a text takes on a screen so wide, if no character is cut by its edge. */
function wrapped(text: string, columns: number): string[] {
  return text.match(new RegExp(`.{1,${columns}}`, "gu"))!.map((row) => row.trimEnd());
}

/** A chat in which three lines were said and one is half typed. */
async function chat(columns: number, typed: string) {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await chatServe("--json"));
  const screen = stack.use(new Emulator(["chat", "connect", server.address, "--nick", "amy"], columns));
  await screen.shows(/^amy> *$/m);
  await server.write("one\ntwo\nthree\n");
  await screen.shows(/three\n+amy>/);
  await screen.type(typed);
  const above = ["* in lobby: server and amy", "server: one", "server: two", "server: three"];
  const kept = stack.move();
  return { server, screen, above, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

emulated("widening a terminal keeps what stands above a wrapped line that is half typed", async () => {
  const typed = "x".repeat(100) + "end";
  await using on = await chat(40, typed);
  await on.screen.shows(/end$/);
  for (const columns of [80, 160]) {
    await on.screen.resize(columns);
    const wide = wrapped(`amy> ${typed}`, columns);
    assertEquals(await on.screen.shows(new RegExp(`\n${wide[0]}\n?${wide[1] ?? ""}$`)), [
      ...on.above,
      ...wide,
    ]);
    await on.server.write(`at ${columns}\n`);
    on.above.push(`server: at ${columns}`);
    const rows = await on.screen.shows(new RegExp(`at ${columns}\n[^]*end$`));
    assertEquals(rows, [...on.above, ...wide]);
  }
});

emulated(
  "shrinking a terminal leaves no piece of a line that is half typed, down to 20 columns",
  async () => {
    const typed = "x".repeat(100) + "end";
    await using on = await chat(160, typed);
    await on.screen.shows(/end$/);
    for (const columns of [80, 60, 27, 20]) {
      await on.screen.resize(columns);
      await on.server.write(`at ${columns}\n`);
      on.above.push(`server: at ${columns}`);
      const rows = await on.screen.shows(new RegExp(`at ${columns}\n[^]*end$`));
      const said = on.above.flatMap((line) => wrapped(line, columns));
      assertEquals(rows, [...said, ...wrapped(`amy> ${typed}`, columns)]);
    }
  },
);

emulated("a line of CJK and emoji that is half typed stays whole at every width", async () => {
  const typed = "你好，世界😀".repeat(6) + "。";
  await using on = await chat(80, typed);
  await on.screen.shows(/。$/);
  // In an odd width a wide character begins the next row.
  for (const columns of [41, 120, 20, 33, 80]) {
    await on.screen.resize(columns);
    await on.server.write(`at ${columns}\n`);
    on.above.push(`server: at ${columns}`);
    const rows = await on.screen.shows(new RegExp(`at ${columns}\n[^]*。$`));
    const said = on.above.flatMap((line) => wrapped(line, columns));
    assertEquals(rows.slice(0, said.length), said);
    assertEquals(rows.slice(said.length).join(""), `amy> ${typed}`);
  }
});

emulated("what is typed after a resize lands where the cursor is", async () => {
  await using on = await chat(80, "x".repeat(50) + "世界" + "y".repeat(50));
  await on.screen.shows(/y$/);
  await on.screen.press(...Array(51).fill("Left"));
  await on.screen.resize(37);
  await on.screen.resize(61);
  await on.screen.type("|");
  await on.screen.shows(/世\|界/);
  await on.screen.press("Enter");
  assertEquals(await heard(on.server), `amy: ${"x".repeat(50)}世|界${"y".repeat(50)}`);
});

emulated("the other consoles keep what stands above a half-typed line too", async () => {
  await using stack = new AsyncDisposableStack();
  const echo = stack.use(await pinwire(["echo", "serve", "127.0.0.1:0", "--reply", "<{data}>", "--json"]));
  const remote = stack.use(await shell("--cwd", "/"));
  for (
    const [args, line, answer] of [
      [["echo", "connect", echo.address], "hello", /^<hello> .*$/m],
      [["led", "serve", "127.0.0.1:0"], "status 7", /^there is no device 7.*$/m],
      [["chat", "serve", "127.0.0.1:0"], "/rooms", /^\* .*lobby.*$/m],
      [["shell", "connect", remote.server.address], "echo $((6*7))", /^42$/m],
    ] as const
  ) {
    await using screen = new Emulator([...args], 60, { XDG_CONFIG_HOME: remote.home.path });
    await screen.shows(/> *$/);
    await screen.type(line);
    await screen.press("Enter");
    const [said] = (await screen.shows(answer)).filter((row) => answer.test(row));
    // What is drawn while the size changes can't be in its place.
    await screen.shows(/> *$/);
    await screen.type(`${"x".repeat(70)}.`);
    await screen.shows(/\.$/);
    for (const columns of [150, 40, 100]) {
      await screen.resize(columns);
      const rows = await screen.shows(/\.$/);
      assertEquals(
        rows.filter((row) => row.includes(said.slice(0, 40))).length,
        1,
        `${args.join(" ")}\n${rows.join("\n")}`,
      );
      assertEquals(rows.join("").match(/x+\./g), [`${"x".repeat(70)}.`]);
    }
  }
});

emulated("a resize takes nothing away of a line that a command has begun to print", async () => {
  await using remote = await shell("--cwd", "/");
  const env = { XDG_CONFIG_HOME: remote.home.path };
  await using screen = new Emulator(["shell", "connect", remote.server.address], 60, env);
  await screen.shows(/> *$/);
  const gate = `${remote.home.path}/gate`;
  await run("mkfifo", [gate]);
  await screen.type(`printf load; read x <${gate}; printf ing`);
  await screen.press("Enter");
  await screen.shows(/^load$/m);
  await screen.resize(80, false);
  await Deno.writeTextFile(gate, "\n");
  await screen.shows(/^loading$/m);
});

emulated("led agent draws its row anew on a terminal that is narrower than that", async () => {
  await using server = await controller();
  const pins = ["red=11", "green=13", "blue=15"].flatMap((pin) => ["--pin", pin]);
  const args = ["led", "agent", server.address, "--gpio", "simulated", ...pins];
  await using screen = new Emulator(args, 20);
  for (let i = 0; i < 3; i++) await next(server, "state");
  await screen.shows(/connected to tcp:[^]*off/);
  for (const word of ["on", "off", "on"]) {
    await server.write(`${word} red\n`);
    const row = `${word === "on" ? "●" : "○"} red is ${word}   ○ green is off   ○ blue is off`;
    const rows = await screen.shows(new RegExp(`red is ${word} `));
    assertEquals(rows, [...wrapped(`connected to ${server.address}`, 20), ...wrapped(row, 20)]);
  }
});
