/**
 * Run in a network of its own, it makes another machine (a network within), with a cable between the two, and serves a
 * client from there. Its events go to stdout.
 *
 * @module
 */
import { serveConnections } from "../../lib/session/accept.ts";
import { Reporter } from "../../lib/app/mod.ts";
import type { Connection } from "../../lib/net/mod.ts";
import { systemClock } from "../../lib/net/clock.ts";
import { listenTcp } from "../../lib/net/native/native_listen.ts";
import { pinwireCommand } from "./pinwire.ts";

/** What becomes of the cable once a client has come. */
const SCENES: Record<string, (connection: Connection) => Promise<void>> = {
  async silence() {
    await cut();
  },
  async unacknowledged(connection) {
    await cut();
    await connection.write(new Uint8Array(1));
  },
  zone({ local }) {
    console.log(JSON.stringify({ event: "notice", text: local.host }));
    return Promise.resolve();
  },
};

const [scene] = Deno.args;
const HERE = "10.77.0.1", THERE = "10.77.0.2";
const cut = () => ip("link set here down");

await ip("link set lo up");
await using other = await machine();
await ip(`link add here type veth peer name there netns ${other.pid}`);
await ip(`address add ${HERE}/24 dev here`);
await ip("link set here up");
await other.run("ip", "link", "set", "there", "up");
await other.run("ip", "address", "add", `${THERE}/24`, "dev", "there");
// With 15 attempts that aren't acknowledged, as it is elsewhere, it would take half a minute.
if (scene === "unacknowledged") await Deno.writeTextFile("/proc/sys/net/ipv4/tcp_retries2", "3");

const idle = scene === "silence" ? 1 : 3_600;
const hostname = scene === "zone" ? "::" : HERE;
const listener = listenTcp({ scheme: "tcp", hostname, port: 0 }, {
  backlog: 8,
  halfCloseTime: Infinity,
  vigilance: { idle, interval: 1, probes: 2, longestWait: 1_000 },
})!;
const port = listener.address.match(/\d+$/)![0];
const host = scene === "zone" ? `[${await linkLocal()}%there]` : HERE;
await using _client = other.start(...pinwireCommand(["connect", `tcp://${host}:${port}`]));
const stopping = new AbortController();
await serveConnections(listener, {
  reporter: new Reporter({
    program: "pinwire",
    role: "server",
    forward(event) {
      console.log(JSON.stringify(event));
      if (event.event === "disconnected") stopping.abort();
    },
  }),
  clock: systemClock,
  signal: stopping.signal,
  maxClients: 1,
  idleTimeout: 0,
  async handle(connection) {
    await SCENES[scene](connection);
    if (scene !== "zone") await connection.receive(() => {});
  },
});

async function ip(line: string): Promise<string> {
  const { success, stdout } = await new Deno.Command("ip", { args: line.split(" ") }).output();
  if (!success) throw new Error(`ip ${line} failed`);
  return new TextDecoder().decode(stdout);
}

/** Our address on the cable that every interface has (RFC 4291, section 2.5.6), once it is known to be nobody else's. */
async function linkLocal(): Promise<string> {
  for (;;) {
    const found = (await ip("-6 address show dev here")).match(/inet6 (fe80:\S+)\/64 scope link\s*$/m);
    const isTheirs = /scope link\s*$/m.test(await other.run("ip", "-6", "address", "show", "dev", "there"));
    if (found && isTheirs) return found[1];
  }
}

/** A machine of its own, as far as the network goes. */
async function machine() {
  const holder = new Deno.Command("unshare", {
    args: ["--net", "sh", "-c", "echo there; exec cat"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await holder.stdout.getReader().read();
  const enter = ["--target", String(holder.pid), "--net", "--"];
  return {
    pid: holder.pid,
    async run(...command: string[]): Promise<string> {
      const { success, stdout } = await new Deno.Command("nsenter", { args: [...enter, ...command] })
        .output();
      if (!success) throw new Error(`${command.join(" ")} failed there`);
      return new TextDecoder().decode(stdout);
    },
    start(...command: string[]) {
      const child = new Deno.Command("nsenter", { args: [...enter, ...command], stdin: "piped" }).spawn();
      return {
        async [Symbol.asyncDispose]() {
          child.kill("SIGKILL");
          await child.status;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await holder.stdin.close();
      await holder.status;
    },
  };
}
