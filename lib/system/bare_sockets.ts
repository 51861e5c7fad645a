import { systemError } from "./errno.ts";
import { type Libc, openLibc } from "./libc.ts";
import { packIp } from "./socket_address.ts";

const FUNCTIONS = [
  "accept4",
  "socket",
  "bind",
  "close",
  "connect",
  "setsockopt",
  "read",
  "write",
  "errno",
] as const;

/** socket(2). */
const AF_INET = 2, SOCK_STREAM = 1, NONBLOCK = 0o4000, CLOEXEC = 0o2000000;
/** A `sockaddr` of the family AF_UNSPEC: connect(2) with it takes a connection apart. */
const NOWHERE = new Uint8Array(16);
const SOL_SOCKET = 1, IPPROTO_TCP = 6;

/** Options of socket(7) and tcp(7), each with its level and its number. */
const OPTIONS = {
  SO_REUSEADDR: [SOL_SOCKET, 2],
  SO_KEEPALIVE: [SOL_SOCKET, 9],
  TCP_KEEPIDLE: [IPPROTO_TCP, 4],
  TCP_KEEPINTVL: [IPPROTO_TCP, 5],
  TCP_KEEPCNT: [IPPROTO_TCP, 6],
  TCP_QUICKACK: [IPPROTO_TCP, 12],
  TCP_REPAIR: [IPPROTO_TCP, 19],
} as const;

/** The name of an option of a socket. */
export type SocketOption = keyof typeof OPTIONS;

/** Calls of Linux on sockets that the runtime doesn't make, or makes in its own way. */
export class BareSockets implements Disposable {
  readonly #c: Libc<typeof FUNCTIONS[number]> = openLibc(...FUNCTIONS);

  /**
   * Takes a port of an IPv4 address, as a server does before it listens, and gives it back.
   *
   * @param options what is set before
   * @returns 0, or the error's name (errno(3))
   */
  bind(address: string, port: number, options: readonly SocketOption[]): number | string {
    const socket = this.#c.socket(AF_INET, SOCK_STREAM, 0);
    try {
      for (const option of options) this.#set(socket, option, 1);
      const place = packIp({ hostname: address, port });
      return this.#result(this.#c.bind(socket, place, place.length));
    } finally {
      this.#c.close(socket);
    }
  }

  /**
   * Takes a connection that waits at a listener of this process.
   *
   * @param inode which one, as /proc/net/tcp has it
   */
  accept(inode: number): void {
    this.#c.accept4(descriptorOf(inode), null, null, NONBLOCK | CLOEXEC);
  }

  /** Closes a socket of this process that the runtime doesn't know of, which has done more than close(2) for its own. */
  close(inode: number): void {
    this.#c.close(descriptorOf(inode));
  }

  /**
   * Writes to a socket of this process, without waiting.
   *
   * @returns how many bytes, or the error's name
   */
  write(inode: number, bytes: Uint8Array<ArrayBuffer>): number | string {
    return this.#result(Number(this.#c.write(descriptorOf(inode), bytes, BigInt(bytes.length))));
  }

  /** Reads from it what is there; the same. */
  read(inode: number, room: Uint8Array<ArrayBuffer>): number | string {
    return this.#result(Number(this.#c.read(descriptorOf(inode), room, BigInt(room.length))));
  }

  /** Sets an option of it. */
  set(inode: number, option: SocketOption, value: number): void {
    this.#set(descriptorOf(inode), option, value);
  }

  /** Takes a connection apart by a reset, and nothing but a reset (RFC 9293, section 3.5.2). */
  reset(inode: number): void {
    this.#c.connect(descriptorOf(inode), NOWHERE, NOWHERE.length);
  }

  /** Takes a connection apart without a word, as if its machine had lost power; it takes CAP_NET_ADMIN. */
  vanish(inode: number): void {
    this.set(inode, "TCP_REPAIR", 1);
    this.reset(inode);
  }

  [Symbol.dispose](): void {
    this.#c.library.close();
  }

  #set(descriptor: number, option: SocketOption, value: number): void {
    const bytes = new Uint8Array(new Int32Array([value]).buffer);
    const [level, number] = OPTIONS[option];
    this.#c.setsockopt(descriptor, level, number, bytes, bytes.length);
  }

  #result(result: number): number | string {
    if (result >= 0) return result;
    return systemError(new Deno.UnsafePointerView(this.#c.errno()!).getInt32()).code;
  }
}

/** @throws {Deno.errors.NotFound} if this process has no such socket */
function descriptorOf(inode: number): number {
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    if (linkOf(name) === `socket:[${inode}]`) return Number(name);
  }
  throw new Deno.errors.NotFound(`no socket has the inode ${inode}`);
}

function linkOf(name: string): string | undefined {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${name}`);
  } catch {
    // The one through which the folder is read.
    return undefined;
  }
}
