import { PinwireError } from "../errors.ts";
import { type Libc, openLibc } from "./libc.ts";
import { Poller, POLLER_FUNCTIONS, POLLIN } from "./poller.ts";

const FUNCTIONS = [
  ...["close", "errno", "getsockopt", "ioctl", "mmap", "munmap", "setsockopt", "socket"] as const,
  ...POLLER_FUNCTIONS,
] as const;

/** socket(2). */
const AF_INET = 2, SOCK_DGRAM = 2, CLOEXEC = 0o2000000;
/** packet(7): without a link's header, of every protocol (ETH_P_ALL, in the network's order). */
const AF_PACKET = 17, EVERY_PROTOCOL = 0x0300;
const SOL_PACKET = 263,
  PACKET_RX_RING = 5,
  PACKET_STATISTICS = 6,
  PACKET_VERSION = 10,
  PACKET_IGNORE_OUTGOING = 23;
/** mmap(2). */
const READ_WRITE = 3, SHARED = 1;
/** netdevice(7). */
const SIOCSIFFLAGS = 0x8914n, SIOCSIFMTU = 0x8922n, SIOCETHTOOL = 0x8946n;
const IFF_UP = 1, IFF_RUNNING = 0x40;
/** ethtool(8): what leaves the kernel in pieces larger than a packet (include/uapi/linux/ethtool.h). */
const ETHTOOL_STSO = 0x1f, ETHTOOL_SGSO = 0x24;
/** Bytes of a `struct ifreq`: 16 of the name, then a union. */
const SIZE_OF_IFREQ = 40, UNION = 16;

/** The kernel's Documentation/networking/packet_mmap.rst: the second form of the ring. */
const TPACKET_V2 = 1;
/** Bytes of a frame, which has room for a packet and what is said of it; of a block of them; and how many blocks. */
const FRAME = 2048, BLOCK = 65_536, BLOCKS = 256;
const FRAMES = BLOCK / FRAME * BLOCKS, RING = BLOCK * BLOCKS;
/** Where in a frame stands whose it is (0: the kernel's), its lengths, where the packet begins, and when it was seen. */
const STATUS = 0, LENGTH = 4, CAPTURED = 8, BEGIN = 14, SECONDS = 16, NANOSECONDS = 20;
/** Where behind that, in a `struct sockaddr_ll`, stands whether the packet leaves, and what says so. */
const PACKET_TYPE = 32 + 10, PACKET_OUTGOING = 4;

/** A packet that was seen. */
export interface SeenPacket {
  /** IP and what is in it. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Bytes that it had, more than `bytes` has if it was too long to be seen whole. */
  length: number;
  /** When the kernel had it, in µs since 1970. */
  time: number;
}

/**
 * Sees the packets of a network namespace that has nothing but a loopback interface (packet(7)): each once, though the
 * interface sends and receives it. The kernel puts them into a ring that it shares with us, since a socket's own queue
 * has room for some hundred alone where nobody is root.
 */
export class PacketSocket implements Disposable {
  readonly #c: Libc<typeof FUNCTIONS[number]>;
  readonly #poller: Poller;
  readonly #file: number;
  readonly #address: Deno.PointerValue;
  readonly #ring: ArrayBuffer;
  /** Its words: of each frame's first one the kernel and we tell each other whose it is. */
  readonly #words: Int32Array;
  /** How often the kernel counts a packet: what goes out as well as comes in twice, unless it leaves the first out. */
  readonly #times: number;
  #next = 0;
  #isClosed = false;

  /**
   * Begins to see packets, and brings the loopback interface up: no packet is longer than `mtu`, so that segments look
   * as on Ethernet.
   *
   * @throws {PinwireError} `no_packets` where the system refuses
   */
  constructor(mtu: number) {
    this.#c = openLibc(...FUNCTIONS);
    this.#file = this.#check("see packets", this.#c.socket(AF_PACKET, SOCK_DGRAM | CLOEXEC, EVERY_PROTOCOL));
    const set = (option: number, ...words: number[]) => {
      const value = new Uint8Array(Uint32Array.from(words).buffer);
      return this.#c.setsockopt(this.#file, SOL_PACKET, option, value, value.length);
    };
    this.#check("choose a ring for packets", set(PACKET_VERSION, TPACKET_V2));
    this.#times = set(PACKET_IGNORE_OUTGOING, 1) < 0 ? 2 : 1;
    this.#check("have a ring for packets", set(PACKET_RX_RING, BLOCK, BLOCKS, FRAME, FRAMES));
    this.#address = this.#c.mmap(null, BigInt(RING), READ_WRITE, SHARED, this.#file, 0n);
    if (Deno.UnsafePointer.value(this.#address) === FAILED) this.#check("share a ring for packets", -1);
    this.#ring = Deno.UnsafePointerView.getArrayBuffer(this.#address!, RING);
    this.#words = new Int32Array(this.#ring);
    this.#bringUp(mtu);
    this.#poller = new Poller(this.#c);
  }

  /** The next packet, if there is one already. */
  read(): SeenPacket | undefined {
    while (!this.#isClosed) {
      const at = this.#next * FRAME;
      if (Atomics.load(this.#words, (at + STATUS) / 4) === 0) return undefined;
      this.#next = (this.#next + 1) % FRAMES;
      const frame = new DataView(this.#ring, at, FRAME);
      // Before Linux 4.20 it is seen once more as it comes in.
      const isOutgoing = frame.getUint8(PACKET_TYPE) === PACKET_OUTGOING;
      const begin = at + frame.getUint16(BEGIN, true);
      const packet = isOutgoing ? undefined : {
        bytes: new Uint8Array(this.#ring.slice(begin, begin + frame.getUint32(CAPTURED, true))),
        length: frame.getUint32(LENGTH, true),
        time: frame.getUint32(SECONDS, true) * 1e6 + Math.floor(frame.getUint32(NANOSECONDS, true) / 1e3),
      };
      Atomics.store(this.#words, (at + STATUS) / 4, 0);
      if (packet) return packet;
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
    return Math.ceil(counts[1] / this.#times);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#poller.forget(this.#file);
    this.#c.munmap(this.#address, BigInt(RING));
    this.#c.close(this.#file);
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

/** MAP_FAILED of mmap(2). */
const FAILED = BigInt.asUintN(64, -1n);

function loopback(fill: (view: DataView) => void): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SIZE_OF_IFREQ);
  bytes.set(new TextEncoder().encode("lo"));
  fill(new DataView(bytes.buffer));
  return bytes;
}
