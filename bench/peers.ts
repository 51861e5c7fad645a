import { Child, freePort } from "./child.ts";

const HERE = import.meta.dirname!;

/** The checkout that is measured; servers start here, so that its deno.json is in force. */
export const ROOT = new URL("..", import.meta.url).pathname;

/** An echo or chat server to measure. */
export interface Peer {
  /** Its command line for this port (0: a free one), run in `ROOT`. */
  argv(port: string): string[];
  /** A program without which there is no such peer here. */
  readonly needs?: string;
  /** Whether it puts the 27-byte stamp before what came. */
  readonly stamps: boolean;
  /** Whether it says its port on stderr; otherwise one is found for it. */
  readonly announces: boolean;
}

/** Length of `[Sat Nov 21 10:00:00 2026] `. */
export const STAMP = 27;

/** `deno run` of the project with the permissions that the mode's page states: with the system's own sockets. */
export function pinwire(args: string[], flags: string[] = ["--allow-net", "--allow-ffi"]): string[] {
  return [Deno.execPath(), "run", ...flags, "main.ts", ...args];
}

/** The peer that is a compiled pinwire, and its program, if the environment names one. */
export const COMPILED = "pinwire, compiled", PROGRAM = Deno.env.get("PINWIRE_BIN");
const NO_PROGRAM = "a compiled pinwire (PINWIRE_BIN)";

/** What was compiled for this run, and which peers this machine has. */
export interface Tools {
  readonly load: string;
  /** The driver of the LED stages. */
  readonly led: string;
  /** The bare controller in C. */
  readonly fanout: string;
  /** By name. `C` is the baseline of servers that stamp, `C plain` of those that don't. */
  readonly tcp: ReadonlyMap<string, Peer>;
  readonly udp: ReadonlyMap<string, Peer>;
  /** The load generator of WebSockets. */
  readonly webSocket: string;
  /** The load generator of chat servers. */
  readonly crowd: string;
  /** By name: what one client says, all others get. None stamps. */
  readonly chat: ReadonlyMap<string, Peer>;
  /** By name: what takes each client to a server on this port of loopback. */
  relays(target: number): ReadonlyMap<string, Peer>;
  /** What is not installed, so not measured. */
  readonly absent: string[];
}

/** Compiles the load generator, the driver and the peers that need it into `folder`. */
export async function prepare(folder: string): Promise<Tools> {
  if (!await onPath("gcc")) throw new Error("gcc is needed to build the load generator and the C peer");
  const compile = async (source: string) => {
    const program = `${folder}/${source.replaceAll("/", "-")}`.replace(/\.c$/, "");
    await new Child(["gcc", "-O2", "-o", program, `${HERE}/${source}`]).output(60);
    return program;
  };
  const load = await compile("load.c"), c = await compile("echo.c");
  const led = await compile("led.c"), fanout = await compile("peers/fanout.c");
  const webSocket = await compile("websocket.c");
  const crowd = await compile("chat.c"), broadcast = await compile("peers/broadcast.c");
  const go = `${folder}/echo-go`;

  const absent: string[] = [];
  for (const name of ["go", "node", "python3", "socat", "ncat", "haproxy", "redis-server"]) {
    if (!await onPath(name)) absent.push(name);
  }
  if (!PROGRAM) absent.push(NO_PROGRAM);
  // Node finds it where NODE_PATH says.
  const { success } = await new Deno.Command("sh", { args: ["-c", `node -e 'require("ws")' 2>/dev/null`] })
    .output();
  if (!success) absent.push("ws of npm");
  if (!absent.includes("go")) await new Child(["go", "build", "-o", go, `${HERE}/peers/echo.go`]).output(300);
  const present = (peers: Record<string, Peer>) =>
    new Map(Object.entries(peers).filter(([, { needs }]) => !needs || !absent.includes(needs)));

  const deno = [Deno.execPath(), "run", "--allow-net"], loop = [...deno, "bench/peers/loop.ts"];
  return {
    load,
    led,
    fanout,
    webSocket,
    crowd,
    absent,
    tcp: present({
      "C": stamping((port) => [c, port, "stamp"]),
      "C plain": plain((port) => [c, port, "plain"]),
      "pinwire": stamping((port) => serve("tcp", port)),
      [COMPILED]: stamping((port) => [PROGRAM!, ...echo("tcp", port)], NO_PROGRAM),
      "pinwire, Deno's sockets": stamping((port) => serve("tcp", port, 1, ["--allow-net"])),
      "pinwire --workers 4": stamping((port) => serve("tcp", port, 4)),
      "plain Deno loop": stamping((port) => [...loop, port, "tcp"]),
      "Node net": stamping((port) => ["node", "bench/peers/node.mjs", port, "tcp"], "node"),
      "Node net, writev": stamping((port) => ["node", "bench/peers/node.mjs", port, "writev"], "node"),
      "Go": stamping((port) => [go, port, "tcp"], "go"),
      "asyncio": stamping((port) => ["python3", "bench/peers/aio.py", port, "tcp"], "python3"),
      "socat EXEC:cat": silent(
        (port) => ["socat", `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr,backlog=4096`, "EXEC:cat"],
        "socat",
      ),
      "ncat -e /bin/cat": silent(
        (port) => ["ncat", "-l", "127.0.0.1", port, "-k", "-m", "9999", "-e", "/bin/cat"],
        "ncat",
      ),
    }),
    udp: present({
      "C": stamping((port) => [c, port, "udp"]),
      "pinwire": stamping((port) => serve("udp", port)),
      [COMPILED]: stamping((port) => [PROGRAM!, ...echo("udp", port)], NO_PROGRAM),
      "plain Deno loop": stamping((port) => [...loop, port, "udp"]),
      "Node dgram": stamping((port) => ["node", "bench/peers/node.mjs", port, "udp"], "node"),
      "Go": stamping((port) => [go, port, "udp"], "go"),
      "asyncio": stamping((port) => ["python3", "bench/peers/aio.py", port, "udp"], "python3"),
    }),
    relays: (target) =>
      present({
        "pinwire relay": plain((port) => {
          return pinwire(["relay", `127.0.0.1:${port}`, `127.0.0.1:${target}`, "--quiet"]);
        }),
        "socat": silent((port) => {
          const listen = `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr,backlog=4096`;
          return ["socat", listen, `TCP:127.0.0.1:${target}`];
        }, "socat"),
        "HAProxy": silent((port) => ["haproxy", "-q", "-f", haproxy(folder, port, target)], "haproxy"),
        "plain Deno loop": plain((port) => [...deno, "bench/peers/relay.ts", port, `${target}`]),
      }),
    chat: present({
      "C": plain((port) => [broadcast, port]),
      "pinwire": plain((port) => {
        const options = ["--quiet", "--rate", "0", "--max-clients", "3000"];
        return pinwire(["chat", "serve", `127.0.0.1:${port}`, ...options]);
      }),
      "Node net": plain((port) => ["node", "bench/peers/broadcast.mjs", port], "node"),
      "asyncio": plain((port) => ["python3", "bench/peers/broadcast.py", port], "python3"),
      "ncat --broker": silent((port) => ["ncat", "-l", "127.0.0.1", port, "-m", "9999", "--broker"], "ncat"),
      "ncat --chat": silent((port) => ["ncat", "-l", "127.0.0.1", port, "-m", "9999", "--chat"], "ncat"),
    }),
  };
}

/** A file that makes HAProxy take each client to a server on loopback, byte for byte, with one thread. */
function haproxy(folder: string, port: string, target: number): string {
  const path = `${folder}/haproxy-${port}.cfg`;
  Deno.writeTextFileSync(
    path,
    `global
  nbthread 1
  maxconn 4000
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen relay
  bind 127.0.0.1:${port}
  server target 127.0.0.1:${target}
`,
  );
  return path;
}

function stamping(argv: Peer["argv"], needs?: string): Peer {
  return { argv, needs, stamps: true, announces: true };
}

function plain(argv: Peer["argv"], needs?: string): Peer {
  return { argv, needs, stamps: false, announces: true };
}

function silent(argv: Peer["argv"], needs: string): Peer {
  return { argv, needs, stamps: false, announces: false };
}

const echo = (scheme: string, port: string) => {
  return ["echo", "serve", `${scheme}://127.0.0.1:${port}`, "--quiet", "--max-clients", "20000"];
};

function serve(scheme: string, port: string, workers = 1, flags?: string[]): string[] {
  const args = echo(scheme, port);
  if (workers === 1) return pinwire(args, flags);
  return pinwire([...args, "--workers", `${workers}`], ["--allow-net", "--allow-ffi", "--allow-read"]);
}

/** Starts a peer; ready when this resolves. */
export async function start(peer: Peer): Promise<{ server: Child; port: number }> {
  const wanted = peer.announces ? 0 : freePort();
  const server = new Child(peer.argv(`${wanted}`), { cwd: ROOT });
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
