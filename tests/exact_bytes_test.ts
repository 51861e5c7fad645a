import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { has, isWindows, pinwireCommand, Process, PYTHON, runPinwire, tempDir } from "./support.ts";
import { anyBytes } from "./support/any_bytes.ts";
import { echoPeer, sha256, shell, shelled } from "./support/bytes.ts";

/** Far more than a read, a write or a socket's buffer takes. */
const MANY = anyBytes(6_000_000);
const OTHERS = MANY.toReversed();

interface Files extends AsyncDisposable {
  path: string;
  /** The sum of a file's bytes. */
  sum(name: string): Promise<string>;
}

/** A folder with the files `forth` and `back`. */
async function files(): Promise<Files> {
  const dir = await tempDir();
  await Deno.writeFile(`${dir.path}/forth`, MANY);
  await Deno.writeFile(`${dir.path}/back`, OTHERS);
  await Deno.writeFile(`${dir.path}/256`, MANY.subarray(0, 256));
  return {
    path: dir.path,
    sum: async (name) => await sha256(await Deno.readFile(`${dir.path}/${name}`)),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

/** Where a server says that it listens. */
const addressOf = async (server: Process) => (await server.sees(/listening on (\S+)/, "stderr"))[1];

/** All went well, and nothing was said of it. */
async function assertQuiet(client: Process): Promise<void> {
  assertEquals(await client.outcome(), { code: 0, stdout: "", stderr: "" });
}

for (const command of ["send", "connect"]) {
  shelled(`${command} passes every byte there and back, and nothing else`, async () => {
    await using echo = await echoPeer();
    await using dir = await files();
    for (const name of ["256", "forth"]) {
      await using client = shell([command, echo.address], `<${dir.path}/${name} >${dir.path}/out`);
      await assertQuiet(client);
      assertEquals(await dir.sum("out"), await dir.sum(name));
    }
  });
}

/**
 * Runs a program with its stdin at one end of what it makes, and writes a file there: first three bytes, and the others when
 * these have come back, unless it resets the connection then.
 */
const GIVER = `
import os, socket, struct, subprocess, sys, time
kind, name, answers, *program = sys.argv[1:]
if kind == "a socket":
    into, out = (end.detach() for end in socket.socketpair())
elif kind == "a connection":
    listener = socket.create_server(("127.0.0.1", 0))
    ours = socket.create_connection(listener.getsockname())
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    into, out = listener.accept()[0].detach(), ours.detach()
else:
    into, out = os.pipe()
    if kind == "a pipe that doesn't block": os.set_blocking(into, False)
child = subprocess.Popen(program, stdin=into, stdout=open(answers, "wb"))
os.close(into)
with open(name, "rb") as file:
    os.write(out, os.read(file.fileno(), 3))
    while os.path.getsize(answers) < 3: time.sleep(0.001)
    while kind != "a connection" and (part := os.read(file.fileno(), 100_000)):
        while part: part = part[os.write(out, part):]
os.close(out)
sys.exit(child.wait())
`;

/** Sends `forth` by a stdin of this kind, and writes what comes back to `out`. */
function give(kind: string, dir: Files, address: string): Process {
  const sender = pinwireCommand(["send", address]);
  return new Process(PYTHON, ["-c", GIVER, kind, `${dir.path}/forth`, `${dir.path}/out`, ...sender]);
}

for (const kind of ["a pipe", "a pipe that doesn't block", "a socket"]) {
  Deno.test({
    name: `send passes every byte of stdin that is ${kind}, though there is nothing for a while`,
    ignore: isWindows || !has(PYTHON),
    async fn() {
      await using echo = await echoPeer();
      await using dir = await files();
      await using giver = give(kind, dir, echo.address);
      await assertQuiet(giver);
      assertEquals(await dir.sum("out"), await dir.sum("forth"));
    },
  });
}

Deno.test({
  name: "send of a stdin that is reset fails: what came of it is not all",
  ignore: isWindows || !has(PYTHON),
  async fn() {
    await using echo = await echoPeer();
    await using dir = await files();
    await using giver = give("a connection", dir, echo.address);
    const { code, stderr } = await giver.outcome();
    assertEquals([code, stderr.toLowerCase().split(":")[1]], [
      1,
      " stdin can't be read (connection reset by peer (os error 104))",
    ]);
  },
});

async function bothWays(dir: Files, where: string, listenOptions: string[], connectOptions: string[]) {
  await using server = shell(["listen", where, ...listenOptions], `<${dir.path}/back >${dir.path}/forth2`);
  const address = await addressOf(server);
  await using client = shell(
    ["connect", address, ...connectOptions],
    `<${dir.path}/forth >${dir.path}/back2`,
  );
  await assertQuiet(client);
  assertEquals((await server.outcome()).code, 0);
  assertEquals(await dir.sum("forth2"), await dir.sum("forth"));
  assertEquals(await dir.sum("back2"), await dir.sum("back"));
}

shelled("connect and listen pass every byte both ways at once, over TCP", async () => {
  await using dir = await files();
  await bothWays(dir, "127.0.0.1:0", [], []);
});

shelled("connect and listen pass every byte both ways at once, over a Unix socket", async () => {
  await using dir = await files();
  await bothWays(dir, `unix:${dir.path}/socket`, [], []);
  assertEquals([...Deno.readDirSync(dir.path)].some(({ name }) => name === "socket"), false);
});

shelled("connect and listen pass every byte both ways at once, over TLS", async () => {
  await using dir = await files();
  await runPinwire(["cert", "127.0.0.1", "--out", dir.path]);
  const [cert, key] = [`${dir.path}/pinwire-cert.pem`, `${dir.path}/pinwire-key.pem`];
  await bothWays(dir, "tls://127.0.0.1:0", ["--tls-cert", cert, "--tls-key", key], ["--ca", cert]);
});

shelled("receive --raw --once writes what one peer sends, and ends when that has gone", async () => {
  await using dir = await files();
  for (const once of ["--once", "--once-peer"]) {
    await using server = shell(["receive", "127.0.0.1:0", "--raw", once], `>${dir.path}/out`);
    await using client = shell(["send", await addressOf(server), "--wait", "0"], `<${dir.path}/forth`);
    await assertQuiet(client);
    assertEquals((await server.outcome()).code, 0);
    assertEquals(await dir.sum("out"), await dir.sum("forth"));
  }
});

shelled("receive --raw writes one peer's bytes behind the other's, never between", async () => {
  await using dir = await files();
  await using server = shell(["receive", "127.0.0.1:0", "--raw"], `>${dir.path}/out`);
  const address = await addressOf(server);
  await using first = shell(["connect", address], `<${dir.path}/forth`);
  await using second = shell(["connect", address], `<${dir.path}/forth`);
  await assertQuiet(first);
  await assertQuiet(second);
  await server.sees(/(left[^]*){2}/, "stderr");
  assertEquals(
    await sha256(await Deno.readFile(`${dir.path}/out`)),
    await sha256(concat([MANY, MANY])),
  );
});

for (const [tool, args] of Object.entries({ "nc.openbsd": ["-N"], ncat: [], socat: [] })) {
  Deno.test({
    name: `listen passes every byte both ways with ${tool}`,
    ignore: !has(tool),
    async fn() {
      await using dir = await files();
      await using server = shell(["listen", "127.0.0.1:0"], `<${dir.path}/back >${dir.path}/forth2`);
      const [host, port] = (await addressOf(server)).replace("tcp://", "").split(":");
      const where = tool === "socat" ? `-t 9 - TCP:${host}:${port}` : `${args.join(" ")} ${host} ${port}`;
      const { code } = await shellOf(`${tool} ${where} <${dir.path}/forth >${dir.path}/back2`);
      assertEquals([code, (await server.outcome()).code], [0, 0]);
      assertEquals(await dir.sum("forth2"), await dir.sum("forth"));
      assertEquals(await dir.sum("back2"), await dir.sum("back"));
    },
  });
}

async function shellOf(command: string) {
  return await new Deno.Command("sh", { args: ["-c", command] }).output();
}
