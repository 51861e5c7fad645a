import { PinwireError } from "../errors.ts";
import { type Libc, openLibc } from "./libc.ts";
import { Poller, POLLER_FUNCTIONS, POLLIN } from "./poller.ts";

const FUNCTIONS = [
  ...["close", "errno", "getsockopt", "ioctl", "recvfrom", "setsockopt", "socket"] as const,
  ...POLLER_FUNCTIONS,
] as const;

/** socket(2). */
const AF_INET = 2, SOCK_DGRAM = 2, NONBLOCK = 0o4000, CLOEXEC = 0o2000000;
/** packet(7): without a link's header, of every protocol (ETH_P_ALL, in the network's order). */
const AF_PACKET = 17, EVERY_PROTOCOL = 0x0300;
const SOL_PACKET = 263, PACKET_STATISTICS = 6;
const SOL_SOCKET = 1, SO_RCVBUF = 8, SO_RCVBUFFORCE = 33;
/** Bytes of a `struct sockaddr_ll`; where in it stands whether a packet leaves, and what says so. */
const SIZE_OF_SOCKADDR = 20, PACKET_TYPE = 10, PACKET_OUTGOING = 4;
/** The time at which the last packet came, as a `struct timespec` (socket(7)). */
const SIOCGSTAMPNS = 0x8907n;
/** netdevice(7). */
const SIOCSIFFLAGS = 0x8914n, SIOCSIFMTU = 0x8922n, SIOCETHTOOL = 0x8946n;
const IFF_UP = 1, IFF_RUNNING = 0x40;
/** ethtool(8): what leaves the kernel in pieces larger than a packet (include/uapi/linux/ethtool.h). */
const ETHTOOL_STSO = 0x1f, ETHTOOL_SGSO = 0x24;
/** Bytes of a `struct ifreq`: 16 of the name, then a union. */
const SIZE_OF_IFREQ = 40, UNION = 16;
/** More than any packet has. */
const ROOM = 65_536;
/** Bytes that may wait to be read: some thousand packets. */
const QUEUE = 32 * 1024 * 1024;

/** A packet that was seen. */
export interface SeenPacket {
  /** IP and what is in it; good until the next call. */
  bytes: Uint8Array<ArrayBuffer>;
  /** When the kernel had it, in µs since 1970. */
  time: number;
}

/**
 * Sees the packets of a network namespace that has nothing but a loopback interface (packet(7)): each once, though the
 * interface sends and receives it.
 */
export class PacketSocket implements Disposable {
  readonly #c: Libc<typeof FUNCTIONS[number]>;
  readonly #poller: Poller;
  readonly #file: number;
  readonly #room = new Uint8Array(ROOM);
  readonly #from = new Uint8Array(SIZE_OF_SOCKADDR);
  readonly #stamp = new BigInt64Array(2);
  #isClosed = false;

  /**
   * Begins to see packets, and brings the loopback interface up: no packet is longer than `mtu`, so that segments look
   * as on Ethernet.
   *
   * @throws {PinwireError} `no_packets` where the system refuses
   */
  constructor(mtu: number) {
    this.#c = openLibc(...FUNCTIONS);
    const kind = SOCK_DGRAM | NONBLOCK | CLOEXEC;
    this.#file = this.#check("see packets", this.#c.socket(AF_PACKET, kind, EVERY_PROTOCOL));
    const queue = new Uint8Array(Int32Array.of(QUEUE).buffer);
    // Beyond the system's limit if it lets us, else up to that.
    for (const option of [SO_RCVBUF, SO_RCVBUFFORCE]) {
      this.#c.setsockopt(this.#file, SOL_SOCKET, option, queue, queue.length);
    }
    // From the first time on, packets have the time at which they came.
    this.#time();
    this.#bringUp(mtu);
    this.#poller = new Poller(this.#c);
  }

  /** The next packet, if there is one already. */
  read(): SeenPacket | undefined {
    while (!this.#isClosed) {
      const size = new Uint8Array(Int32Array.of(SIZE_OF_SOCKADDR).buffer);
      const count = this.#c.recvfrom(this.#file, this.#room, BigInt(ROOM), 0, this.#from, size);
      if (count < 0) return undefined;
      // It is seen once more as it comes in.
      if (this.#from[PACKET_TYPE] === PACKET_OUTGOING) continue;
      return { bytes: this.#room.subarray(0, Number(count)), time: this.#time() };
    }
    return undefined;
  }

  /** Done when there is a packet to read, or the socket is closed; gives which. */
  async readable(): Promise<boolean> {
    if (!this.#isClosed) await this.#poller.ready(this.#file, POLLIN);
    return !this.#isClosed;
  }

  /** How many packets were not seen since this was last asked, as too many were waiting. */
  missed(): number {
    const counts = new Uint32Array(2);
    const size = new Uint8Array(Int32Array.of(counts.byteLength).buffer);
    this.#c.getsockopt(this.#file, SOL_PACKET, PACKET_STATISTICS, new Uint8Array(counts.buffer), size);
    // Each is counted twice too.
    return Math.ceil(counts[1] / 2);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#poller.forget(this.#file);
    this.#c.close(this.#file);
  }

  #time(): number {
    this.#c.ioctl(this.#file, SIOCGSTAMPNS, new Uint8Array(this.#stamp.buffer));
    return Number(this.#stamp[0]) * 1e6 + Math.floor(Number(this.#stamp[1]) / 1e3);
  }

  #bringUp(mtu: number): void {
    const socket = this.#check("open a socket", this.#c.socket(AF_INET, SOCK_DGRAM | CLOEXEC, 0));
    const set = (request: bigint, fill: (view: DataView) => void) =>
      this.#c.ioctl(socket, request, loopback(fill));
    for (const command of [ETHTOOL_STSO, ETHTOOL_SGSO]) {
      // struct ethtool_value: the command, and 0 for off. Where that is refused, segments are drawn as they leave.
      const off = new Uint8Array(Uint32Array.of(command, 0).buffer);
      const address = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(off)));
      set(SIOCETHTOOL, (view) => view.setBigUint64(UNION, address, true));
    }
    this.#check("set the MTU of lo", set(SIOCSIFMTU, (view) => view.setInt32(UNION, mtu, true)));
    this.#check(
      "bring lo up",
      set(SIOCSIFFLAGS, (view) => view.setInt16(UNION, IFF_UP | IFF_RUNNING, true)),
    );
    this.#c.close(socket);
  }

  #check(what: string, result: number): number {
    if (result >= 0) return result;
    const number = new Deno.UnsafePointerView(this.#c.errno()!).getInt32();
    throw new PinwireError("no_packets", `the system didn't let the lab ${what} (errno ${number})`, {
      hint: "run it with sudo",
    });
  }
}

function loopback(fill: (view: DataView) => void): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SIZE_OF_IFREQ);
  bytes.set(new TextEncoder().encode("lo"));
  fill(new DataView(bytes.buffer));
  return bytes;
}
