/** Where an end of a socket is, as the runtime tells it. */
export interface SocketEnd {
  hostname: string;
  port: number;
}

const SYMBOLS = {
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
} as const;

/** AF_INET and AF_INET6 of Linux (socket(2)). */
const INET = 2, INET6 = 10;
/** SHUT_RDWR of shutdown(2). */
const BOTH = 2;
/** Descriptors looked at: first some behind the last one found, as sockets of one age are neighbours, then all. */
const NEIGHBOURS = 64, ALL = 1 << 16;

/**
 * Calls of libc on sockets that the runtime opened. It tells no descriptor, so that a socket is found by the addresses of
 * its two ends.
 */
export class SocketCalls {
  #libc: Deno.DynamicLibrary<typeof SYMBOLS>;
  #address = new Uint8Array(28);
  #view = new DataView(this.#address.buffer);
  #length = new Uint32Array(1);
  #lengthBytes = new Uint8Array(this.#length.buffer);
  #last = 3;

  private constructor(libc: Deno.DynamicLibrary<typeof SYMBOLS>) {
    this.#libc = libc;
  }

  /** Loads libc, or gives nothing where that isn't allowed (`--allow-ffi`), or the system isn't Linux. */
  static open(): SocketCalls | undefined {
    if (Deno.build.os !== "linux") return undefined;
    // Without this, Deno would ask the user for it on a terminal.
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
    try {
      return new SocketCalls(Deno.dlopen("libc.so.6", SYMBOLS));
    } catch {
      return undefined;
    }
  }

  /** Ends both directions of a TCP connection, as shutdown(2) does; whether it was found. */
  shutdown(local: SocketEnd, remote: SocketEnd): boolean {
    const descriptor = this.#find(local, remote, this.#last, this.#last + NEIGHBOURS) ??
      this.#find(local, remote, 3, ALL);
    if (descriptor === undefined) return false;
    this.#last = descriptor;
    return this.#libc.symbols.shutdown(descriptor, BOTH) === 0;
  }

  close(): void {
    this.#libc.close();
  }

  #find(local: SocketEnd, remote: SocketEnd, from: number, to: number): number | undefined {
    const { getsockname, getpeername } = this.#libc.symbols;
    for (let descriptor = from; descriptor < to; descriptor++) {
      if (this.#isAt(getpeername, descriptor, remote) && this.#isAt(getsockname, descriptor, local)) {
        return descriptor;
      }
    }
    return undefined;
  }

  #isAt(
    call: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]["getpeername"],
    descriptor: number,
    end: SocketEnd,
  ): boolean {
    this.#length[0] = this.#address.length;
    if (call(descriptor, this.#address, this.#lengthBytes) !== 0) return false;
    const family = this.#view.getUint16(0, true);
    if (family !== INET && family !== INET6 || this.#view.getUint16(2) !== end.port) return false;
    return hostOf(this.#view, family) === end.hostname;
  }
}

/** The address in a `sockaddr_in` (ip(7)) or `sockaddr_in6` (ipv6(7)), written as the runtime does. */
function hostOf(view: DataView, family: number): string {
  const bytes = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => view.getUint8(from + i)).join(".");
  if (family === INET) return bytes(4, 4);
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(8 + 2 * i).toString(16));
  const ip = new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
  return /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(ip) ? `::ffff:${bytes(20, 4)}` : ip;
}
