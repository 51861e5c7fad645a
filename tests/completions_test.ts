import { assertEquals, assertStringIncludes } from "@std/assert";
import { completed, inShells } from "./support/completing.ts";
import { agent, controller, next } from "./support/led.ts";
import { LOOPBACK, runPinwire } from "./support.ts";

inShells(
  "Tab completes commands, options and values, with colons and equals signs in them too",
  async (shell) => {
    const lines = {
      "pinwire ech": "pinwire echo ",
      "pinwire echo serve --max-f": "pinwire echo serve --max-frame ",
      "pinwire receive 0 -qe gb18": "pinwire receive 0 -qe gb18030 ",
      "pinwire help led bl": "pinwire help led blink ",
      "pinwire echo serve --fr 80\x02\x02\x02": "pinwire echo serve --frame 80",
      "pinwire relay udp://8001 tc": "pinwire relay udp://8001 tcp://",
      "pinwire connect tcp:": "pinwire connect tcp://",
      "pinwire echo serve -f len:i32l": "pinwire echo serve -f len:i32le ",
      "pinwire echo serve --frame=len:i32l": "pinwire echo serve --frame=len:i32le ",
    };
    const results = await completed(shell, ...Object.keys(lines));
    // zsh takes back the space that it puts behind a word, when the next key is none for it.
    const seen = (line: string) => shell === "zsh" ? line.trimEnd() : line;
    assertEquals(results.map(({ line }) => line), Object.values(lines).map(seen));
  },
);

inShells(
  "Tab completes the names of files and folders where one is to stand, and else not",
  async (shell) => {
    const lines = {
      "pinwire replay tw": "pinwire replay two\\ words.txt",
      "pinwire send --record=ta": "pinwire send --record=talk.pcapng",
      "pinwire listen unix:ta": "pinwire listen unix:talk.pcapng",
      "pinwire shell exec -- cat ta": "pinwire shell exec -- cat talk.pcapng",
      "pinwire cert here --out ": "pinwire cert here --out certs",
      "pinwire send 8000 ta": "pinwire send 8000 ta",
    };
    const results = await completed(shell, ...Object.keys(lines));
    assertEquals(results.map(({ line }) => line.trimEnd().replace(/\/$/, "")), Object.values(lines));
  },
);

inShells("Tab shows what there is, and the devices of a controller", async (shell) => {
  await using server = await controller();
  await using _kitchen = await agent(server.address, "kitchen");
  await next(server, "state");
  await using _cellar = await agent(server.address, "keller-ü");
  await next(server, "state");
  const via = `--via ${server.address.replace("tcp://", "")}`;
  const [commands, kitchen, all] = await completed(
    shell,
    "pinwire echo ",
    `pinwire led on ${via} ki`,
    `pinwire led off ${via} `,
  );
  for (const word of ["serve", "connect", "bench"]) assertStringIncludes(commands.shown, word);
  if (shell !== "bash") assertStringIncludes(commands.shown, "answer every message with the time");
  assertEquals(kitchen.line.trimEnd(), `pinwire led on ${via} kitchen`);
  for (const word of ["kitchen", "keller-ü", "all"]) assertStringIncludes(all.shown, word);
});

Deno.test("a controller that isn't there, or keeps silent, is asked for devices in vain and without a word", async () => {
  using silent = Deno.listen({ hostname: LOOPBACK, port: 0 });
  using closed = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = closed.addr;
  closed.close();
  for (
    const via of [
      `${LOOPBACK}:${silent.addr.port}`,
      `${LOOPBACK}:${port}`,
      "tls://x:y:z",
      "no.such.host.invalid",
    ]
  ) {
    const outcome = await runPinwire(["__complete", "led", "on", "--via", via, ""]);
    assertEquals(outcome, { code: 0, stdout: "", stderr: "" }, via);
  }
});
