import { type Address, formatAddress, type InternetAddress, parseAddress } from "./address.ts";
import type { Endpoint } from "./datagram.ts";
import { type Connection, type DrainableConnection, HALF_CLOSE_TIME } from "./connection.ts";
import { connectPathByDeno, dial } from "./dial/dial.ts";
import { connectByDeno } from "./dial/dial_tcp.ts";
import { listen, listenPathByDeno, listenTcpByDeno, type ServerIdentity } from "./listen/listen.ts";
import type { Listener } from "./listener.ts";
import { pipe } from "./pipe.ts";
import { systemClock } from "./clock.ts";
import { answerHandshake } from "./websocket/answer.ts";
import { askForWebSocket } from "./websocket/dial.ts";
import { PLAIN_FORM } from "./websocket/form.ts";
import { HeadStream } from "./websocket/head_stream.ts";

/** Both ends of a connection; disposing of it closes them. */
export interface Pair extends Disposable {
  client: Connection;
  server: DrainableConnection;
}

/** One kind of {@linkcode Connection}, for tests that hold for each. */
export interface Carrier {
  name: string;
  isEncrypted: boolean;
  /** There is no half-close. */
  endsWhole?: true;
  /** What it needs is missing on this machine. */
  ignore?: boolean;
  connect(): Promise<Pair>;
}

const isWindows = Deno.build.os === "windows";
/** What a test writes at a time is a message. */
const FORM = { ...PLAIN_FORM, maxMessage: 1 << 26 };
const BIND: Endpoint = { hostname: "127.0.0.1", port: 0 };

/** Every carrier that there is. `identity` is for 127.0.0.1. */
export function carriersWith(identity: ServerIdentity): Carrier[] {
  return [
    { name: "pipe", isEncrypted: false, connect: () => Promise.resolve(pairOf(...pipe())) },
    { name: "tcp", isEncrypted: false, connect: () => connect(parseAddress("0", { schemes: ["tcp"] })) },
    { name: "Deno's tcp", isEncrypted: false, connect: () => connectByDenos() },
    { name: "Deno's bound tcp", isEncrypted: false, connect: () => connectByDenos(BIND) },
    { name: "Deno's unix", isEncrypted: false, ignore: isWindows, connect: connectUnixByDenos },
    { name: "tls", isEncrypted: true, connect: () => connectTls("127.0.0.1", identity) },
    {
      name: "bound tcp",
      isEncrypted: false,
      connect: () => connect(parseAddress("0", { schemes: ["tcp"] }), undefined, BIND),
    },
    {
      name: "bound tls",
      isEncrypted: true,
      connect: () => connect({ scheme: "tls", hostname: "127.0.0.1", port: 0 }, identity, BIND),
    },
    { name: "unix", isEncrypted: false, ignore: isWindows, connect: connectUnix },
    {
      name: "ws",
      isEncrypted: false,
      endsWhole: true,
      connect: () => connect(parseAddress("0", { schemes: ["ws"] })),
    },
    {
      name: "wss",
      isEncrypted: true,
      endsWhole: true,
      connect: () => connect({ scheme: "wss", hostname: "127.0.0.1", port: 0 }, identity),
    },
    { name: "Deno's ws", isEncrypted: false, endsWhole: true, connect: connectWebByDenos },
  ];
}

/** Both ends over TLS on an address of this machine, which `identity` is for. */
export async function connectTls(hostname: string, identity: ServerIdentity): Promise<Pair> {
  return await connect({ scheme: "tls", hostname, port: 0 }, identity);
}

/** All bytes until the end of the stream. */
export async function receiveAll(connection: Connection): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  await connection.receive((bytes) => void parts.push(Uint8Array.from(bytes)));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function connect(address: Address, identity?: ServerIdentity, bind?: Endpoint): Promise<Pair> {
  const webSocket = { form: FORM };
  const listener = await listen(address, { identity, webSocket });
  const where = address.scheme === "unix" ? formatAddress(address) : listener.address;
  const [client, server] = await Promise.all([
    dial(parseAddress(where, { schemes: [address.scheme] }), { ca: identity?.cert, bind, webSocket }),
    listener.accept(),
  ]);
  listener.close();
  return pairOf(client, server!);
}

/** Both ends over the runtime's own sockets, where others are to be had. */
async function connectByDenos(bind?: Endpoint): Promise<Pair> {
  const address = { scheme: "tcp", hostname: "127.0.0.1", port: 0 } as const;
  const listener = listenTcpByDeno(address, { backlog: 1, halfCloseTime: HALF_CLOSE_TIME });
  const { port } = parseAddress(listener.address, { schemes: ["tcp"] }) as InternetAddress;
  const signal = new AbortController().signal;
  const attempt = await connectByDeno({ hostname: "127.0.0.1", port }, address, { bind }, signal);
  return await accepted(listener, await attempt.finish());
}

/** A WebSocket over the runtime's own sockets. */
async function connectWebByDenos(): Promise<Pair> {
  const { client, server } = await connectByDenos();
  const webSocket = { names: [], given: [], form: FORM };
  const address = { scheme: "ws", hostname: "127.0.0.1", port: server.local.port! } as const;
  const signal = new AbortController().signal;
  const [asked, answered] = await Promise.all([
    askForWebSocket(client, address, { form: FORM }, signal, systemClock),
    answerHandshake(new HeadStream(server), webSocket, systemClock),
  ]);
  return pairOf(asked, answered);
}

async function connectUnixByDenos(): Promise<Pair> {
  return await withFolder(async (folder) => {
    const path = `${folder}/socket`;
    const listener = listenPathByDeno(path, { halfCloseTime: HALF_CLOSE_TIME });
    return await accepted(listener, await connectPathByDeno(path));
  });
}

async function accepted(listener: Listener, client: Connection): Promise<Pair> {
  const server = await listener.accept();
  listener.close();
  return pairOf(client, server!);
}

async function connectUnix(): Promise<Pair> {
  return await withFolder((folder) => connect({ scheme: "unix", path: `${folder}/socket` }));
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "pinwire-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function pairOf(client: Connection, server: DrainableConnection): Pair {
  return {
    client,
    server,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}
