import { type Libc, openLibc } from "./libc.ts";
import { FAMILIES, hostOf, type IpEnd } from "./socket_address.ts";

const FUNCTIONS = ["getsockname", "getpeername", "shutdown", "connect", "ioctl", "poll"] as const;

/** SIOCOUTQ of tcp(7). */
const OUTQ = 0x5411n;
/** SHUT_RDWR of shutdown(2). */
const BOTH = 2;
/** Descriptors looked at: first some behind the last one found, as sockets of one age are neighbours, then all. */
const NEIGHBOURS = 64, ALL = 1 << 16;
/** Descriptors that are asked for at once whether they are open; no limit of a process is lower (getrlimit(2)). */
const CHUNK = 256;
/** POLLNVAL of poll(2): no descriptor is open there. */
const NOT_OPEN = 0x20;
/** Ms between two looks at all, of which each may take some 10 ms. */
const PASS_INTERVAL = 250;
/** A `sockaddr` of the family AF_UNSPEC: connect(2) with it takes a connection apart. */
const NOWHERE = new Uint8Array(16);

type SocketLibc = Libc<typeof FUNCTIONS[number]>;
type Call = SocketLibc["getpeername"];

/**
 * Calls of libc on sockets that the runtime opened. It tells no descriptor, so that a socket is found by the addresses of
 * its two ends. There is one for all who have opened it and have not closed it yet, as loading libc takes 2 ms.
 */
export class SocketCalls {
  static #shared?: SocketCalls;
  #users = 0;
  #libc: SocketLibc;
  #address = new Uint8Array(28);
  #view = new DataView(this.#address.buffer);
  #length = new Uint32Array(1);
  #lengthBytes = new Uint8Array(this.#length.buffer);
  #last = 3;
  /** The descriptors of connections between a local and a remote port, as they were at the last pass. */
  #byPorts = new Map<string, number[]>();
  /** What was not found near the last one. */
  #missed: { local: IpEnd; remote: IpEnd }[] = [];
  #timer?: ReturnType<typeof setTimeout>;

  private constructor(libc: SocketLibc) {
    this.#libc = libc;
  }

  /** Loads libc, or gives nothing where that isn't allowed (`--allow-ffi`), or the system isn't Linux. */
  static open(): SocketCalls | undefined {
    const calls = SocketCalls.#shared ??= SocketCalls.#load();
    if (calls) calls.#users++;
    return calls;
  }

  static #load(): SocketCalls | undefined {
    if (Deno.build.os !== "linux") return undefined;
    // Without this, Deno would ask the user for it on a terminal.
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
    try {
      return new SocketCalls(openLibc(...FUNCTIONS));
    } catch {
      return undefined;
    }
  }

  /** Ends both directions of a TCP connection, as shutdown(2) does: at once, or with others a moment later. */
  shutdown(local: IpEnd, remote: IpEnd): void {
    const descriptor = this.#findNear(local, remote);
    if (descriptor !== undefined) return this.#shutdown(descriptor);
    this.#missed.push({ local, remote });
    this.#timer ??= setTimeout(() => this.#lookAtAll(), PASS_INTERVAL);
  }

  /**
   * Ends a TCP connection at once by a reset (RFC 9293, section 3.5.2), whatever either side has not read or not sent yet.
   *
   * @returns whether it was there
   */
  reset(local: IpEnd, remote: IpEnd): boolean {
    const descriptor = this.#findNear(local, remote) ?? this.#findAnywhere(local, remote);
    if (descriptor === undefined) return false;
    this.#last = descriptor;
    return this.#libc.connect(descriptor, NOWHERE, NOWHERE.length) === 0;
  }

  /** Bytes of a TCP connection that were written, and that its other end's system has not taken yet; 0 if it isn't there. */
  unsent(local: IpEnd, remote: IpEnd): number {
    const descriptor = this.#findNear(local, remote) ?? this.#findAnywhere(local, remote);
    if (descriptor === undefined) return 0;
    this.#last = descriptor;
    const count = new Int32Array(1);
    return this.#libc.ioctl(descriptor, OUTQ, new Uint8Array(count.buffer)) === 0 ? count[0] : 0;
  }

  /** To be called once by who has opened it: the last one ends what is still to be ended, and gives libc back. */
  close(): void {
    if (--this.#users) return;
    SocketCalls.#shared = undefined;
    clearTimeout(this.#timer);
    if (this.#missed.length) this.#lookAtAll();
    this.#libc.library.close();
  }

  // One pass for all that were missed: a connection that was reset is in none, and each would cost a whole one.
  #lookAtAll(): void {
    this.#timer = undefined;
    const byPort = Map.groupBy(this.#missed, ({ remote }) => remote.port);
    let left = this.#missed.length;
    this.#missed = [];
    const { getpeername, getsockname } = this.#libc;
    for (const descriptor of this.#openDescriptors()) {
      const found = this.#ask(getpeername, descriptor) &&
        byPort.get(this.#view.getUint16(2))?.find((one) =>
          this.#isAt(getpeername, descriptor, one.remote) && this.#isAt(getsockname, descriptor, one.local)
        );
      if (!found) continue;
      this.#shutdown(descriptor);
      if (!--left) break;
    }
  }

  // A call for each would take five times as long.
  *#openDescriptors(): Generator<number> {
    const asked = new Int32Array(2 * CHUNK);
    const answers = new Int16Array(asked.buffer);
    const bytes = new Uint8Array(asked.buffer);
    for (let first = 0; first < ALL; first += CHUNK) {
      for (let i = 0; i < CHUNK; i++) {
        asked[2 * i] = first + i;
        asked[2 * i + 1] = 0;
      }
      this.#libc.poll(bytes, BigInt(CHUNK), 0);
      for (let i = 0; i < CHUNK; i++) if (answers[4 * i + 3] !== NOT_OPEN) yield first + i;
    }
  }

  #shutdown(descriptor: number): void {
    this.#last = descriptor;
    this.#libc.shutdown(descriptor, BOTH);
  }

  #findNear(local: IpEnd, remote: IpEnd): number | undefined {
    const from = this.#last;
    for (let descriptor = from; descriptor < from + NEIGHBOURS; descriptor++) {
      if (this.#isBetween(descriptor, local, remote)) return descriptor;
    }
    return undefined;
  }

  // A pass remembers all that it sees: whoever resets many in any order would make one for each.
  #findAnywhere(local: IpEnd, remote: IpEnd): number | undefined {
    const ports = [local.port, remote.port].join();
    const find = () => this.#byPorts.get(ports)?.find((one) => this.#isBetween(one, local, remote));
    const known = find();
    if (known !== undefined) return known;
    const { getsockname, getpeername } = this.#libc;
    this.#byPorts.clear();
    for (const descriptor of this.#openDescriptors()) {
      if (!this.#ask(getpeername, descriptor)) continue;
      const remotePort = this.#view.getUint16(2);
      if (!this.#ask(getsockname, descriptor)) continue;
      const key = [this.#view.getUint16(2), remotePort].join();
      const same = this.#byPorts.get(key);
      if (same) same.push(descriptor);
      else this.#byPorts.set(key, [descriptor]);
    }
    return find();
  }

  #isBetween(descriptor: number, local: IpEnd, remote: IpEnd): boolean {
    const { getsockname, getpeername } = this.#libc;
    return this.#isAt(getpeername, descriptor, remote) && this.#isAt(getsockname, descriptor, local);
  }

  #isAt(
    call: Call,
    descriptor: number,
    end: IpEnd,
  ): boolean {
    return this.#ask(call, descriptor) && this.#view.getUint16(2) === end.port &&
      hostOf(this.#view) === end.hostname;
  }

  /** Asks for an address of IP; whether there is one. */
  #ask(call: Call, descriptor: number): boolean {
    this.#length[0] = this.#address.length;
    if (call(descriptor, this.#address, this.#lengthBytes) !== 0) return false;
    const family = this.#view.getUint16(0, true);
    return family === FAMILIES.inet || family === FAMILIES.inet6;
  }
}
