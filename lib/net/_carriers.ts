import { type Address, formatAddress, parseAddress } from "./address.ts";
import type { Endpoint } from "./datagram.ts";
import type { Connection, DrainableConnection } from "./connection.ts";
import { dial } from "./dial/dial.ts";
import { listen, type ServerIdentity } from "./listen.ts";
import { pipe } from "./pipe.ts";

/** Both ends of a connection; disposing of it closes them. */
export interface Pair extends Disposable {
  client: Connection;
  server: DrainableConnection;
}

/** One kind of {@linkcode Connection}, for tests that hold for each. */
export interface Carrier {
  name: string;
  isEncrypted: boolean;
  /** What it needs is missing on this machine. */
  ignore?: boolean;
  connect(): Promise<Pair>;
}

const BIND: Endpoint = { hostname: "127.0.0.1", port: 0 };

/** Every carrier that there is. `identity` is for 127.0.0.1. */
export function carriersWith(identity: ServerIdentity): Carrier[] {
  return [
    { name: "pipe", isEncrypted: false, connect: () => Promise.resolve(pairOf(...pipe())) },
    { name: "tcp", isEncrypted: false, connect: () => connect(parseAddress("0", { schemes: ["tcp"] })) },
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
    { name: "unix", isEncrypted: false, ignore: Deno.build.os === "windows", connect: connectUnix },
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
  const listener = await listen(address, { identity });
  const where = address.scheme === "unix" ? formatAddress(address) : listener.address;
  const [client, server] = await Promise.all([
    dial(parseAddress(where, { schemes: [address.scheme] }), { ca: identity?.cert, bind }),
    listener.accept(),
  ]);
  listener.close();
  return pairOf(client, server!);
}

async function connectUnix(): Promise<Pair> {
  const folder = await Deno.makeTempDir({ prefix: "pinwire-" });
  try {
    return await connect({ scheme: "unix", path: `${folder}/socket` });
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
