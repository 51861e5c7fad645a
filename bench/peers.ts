import { Child, freePort } from "./child.ts";

const HERE = import.meta.dirname!;

/** The checkout that is measured; servers start here, so that its deno.json is in force. */
export const ROOT = new URL("..", import.meta.url).pathname;

/** An echo server to measure. */
export interface Peer {
  readonly name: string;
  /** Its command line for this port (0: a free one). */
  argv(port: number): string[];
  /** Whether it puts the 27-byte stamp before what came. */
  readonly stamps: boolean;
  /** Whether it says its port on stderr; otherwise one is found for it. */
  readonly announces: boolean;
}

/** Length of `[Sat Nov 21 10:00:00 2026] `. */
export const STAMP = 27;

/** `deno run` of the project with the permissions that the mode's page states. */
export function pinwire(args: string[], flags: string[] = ["--allow-net"]): string[] {
  return [Deno.execPath(), "run", ...flags, "main.ts", ...args];
}

/** What was compiled for this run, and which peers this machine has. */
export interface Tools {
  readonly load: string;
  /** By name. `C` is the baseline of servers that stamp, `C plain` of those that don't. */
  readonly tcp: ReadonlyMap<string, Peer>;
  readonly udp: ReadonlyMap<string, Peer>;
  /** What is not installed, so not measured. */
  readonly absent: string[];
}

/** Compiles the load generator and the peers that need it into `folder`. */
export async function prepare(folder: string): Promise<Tools> {
  if (!await onPath("gcc")) throw new Error("gcc is needed to build the load generator and the C peer");
  const load = `${folder}/load`, c = `${folder}/echo`, go = `${folder}/echo-go`;
  await new Child(["gcc", "-O2", "-o", load, `${HERE}/load.c`]).output(60);
  await new Child(["gcc", "-O2", "-o", c, `${HERE}/echo.c`]).output(60);

  const absent: string[] = [];
  for (const name of ["go", "node", "python3", "socat", "ncat"]) if (!await onPath(name)) absent.push(name);
  if (!absent.includes("go")) await new Child(["go", "build", "-o", go, `${HERE}/peers/echo.go`]).output(300);

  const stamping = (name: string, argv: Peer["argv"]): Peer => ({
    name,
    argv,
    stamps: true,
    announces: true,
  });
  const silent = (name: string, argv: Peer["argv"]): Peer => ({
    name,
    argv,
    stamps: false,
    announces: false,
  });
  const present = (needed: string, ...peers: Peer[]) => absent.includes(needed) ? [] : peers;
  const serve = (transport: string, workers = 1) => (port: number) =>
    pinwire(
      ["echo", "serve", `${transport}://127.0.0.1:${port}`, "--quiet", "--max-clients", "20000"]
        .concat(workers > 1 ? ["--workers", `${workers}`] : []),
      workers > 1 ? ["--allow-net", "--allow-read"] : undefined,
    );

  const tcp: Peer[] = [
    stamping("C", (port) => [c, `${port}`, "stamp"]),
    { ...stamping("C plain", (port) => [c, `${port}`, "plain"]), stamps: false },
    stamping("pinwire", serve("tcp")),
    stamping("pinwire --workers 4", serve("tcp", 4)),
    ...present("node", stamping("Node net", (port) => ["node", `${HERE}/peers/node.mjs`, `${port}`, "tcp"])),
    ...present("go", stamping("Go", (port) => [go, `${port}`, "tcp"])),
    ...present(
      "python3",
      stamping("asyncio", (port) => ["python3", `${HERE}/peers/aio.py`, `${port}`, "tcp"]),
    ),
    ...present(
      "socat",
      silent("socat EXEC:cat", (port) => {
        return ["socat", `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr,backlog=4096`, "EXEC:cat"];
      }),
    ),
    ...present(
      "ncat",
      silent(
        "ncat -e /bin/cat",
        (port) => ["ncat", "-l", "127.0.0.1", `${port}`, "-k", "-m", "9999", "-e", "/bin/cat"],
      ),
    ),
  ];
  const udp: Peer[] = [
    stamping("C", (port) => [c, `${port}`, "udp"]),
    stamping("pinwire", serve("udp")),
    ...present(
      "node",
      stamping("Node dgram", (port) => ["node", `${HERE}/peers/node.mjs`, `${port}`, "udp"]),
    ),
    ...present("go", stamping("Go", (port) => [go, `${port}`, "udp"])),
    ...present(
      "python3",
      stamping("asyncio", (port) => ["python3", `${HERE}/peers/aio.py`, `${port}`, "udp"]),
    ),
  ];
  const byName = (peers: Peer[]) => new Map(peers.map((peer) => [peer.name, peer]));
  return { load, tcp: byName(tcp), udp: byName(udp), absent };
}

/** Starts a peer; ready when this resolves. */
export async function start(peer: Peer): Promise<{ server: Child; port: number }> {
  const wanted = peer.announces ? 0 : freePort();
  const server = new Child(peer.argv(wanted), { cwd: ROOT });
  try {
    if (peer.announces) return { server, port: await server.announcedPort() };
    await server.accepting(wanted);
    return { server, port: wanted };
  } catch (error) {
    await server.end();
    throw error;
  }
}

async function onPath(name: string): Promise<boolean> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (await Deno.stat(`${folder}/${name}`).then((file) => file.isFile, () => false)) return true;
  }
  return false;
}
