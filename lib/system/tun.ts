import { PinwireError } from "../errors.ts";
import { type Libc, openLibc } from "./libc.ts";
import { Poller, POLLER_FUNCTIONS, POLLIN } from "./poller.ts";

const FUNCTIONS = ["open", "close", "socket", "ioctl", "errno", ...POLLER_FUNCTIONS] as const;

type TunLibc = Libc<typeof FUNCTIONS[number]>;

/** open(2). */
const RDWR = 2, NONBLOCK = 0o4000, CLOEXEC = 0o2000000;
/** socket(2). */
const AF_INET = 2, SOCK_DGRAM = 2;
/** netdevice(7), and the kernel's Documentation/networking/tuntap.rst. */
const SIOCSIFFLAGS = 0x8914n, SIOCSIFADDR = 0x8916n, SIOCSIFNETMASK = 0x891cn, SIOCSIFMTU = 0x8922n;
const TUNSETIFF = 0x400454can;
const IFF_UP = 1, IFF_RUNNING = 0x40, IFF_TUN = 1, IFF_NO_PI = 0x1000;
/** Bytes of a `struct ifreq`: 16 of the name, then a union. */
const SIZE_OF_IFREQ = 40, UNION = 16;
/** More than any packet has. */
const ROOM = 65_536;

/** How a network interface is to be. */
export interface InterfaceOptions {
  /** An IPv4 address of its own. */
  address: string;
  mask: string;
  /** Bytes that a packet may have. */
  mtu: number;
}

/**
 * A TUN device of Linux: what the kernel sends to its network is read here, one IP packet a read, and what is written
 * here comes in as if from there. It takes a network namespace of one's own, or root.
 */
export class Tun implements Disposable {
  readonly #c: TunLibc;
  readonly #poller: Poller;
  readonly #file: number;
  readonly #room = new Uint8Array(ROOM);
  #isClosed = false;

  /**
   * Makes the device, and brings it and the loopback interface up.
   *
   * @throws {PinwireError} `no_tun` where the system refuses
   */
  constructor(name: string, { address, mask, mtu }: InterfaceOptions) {
    this.#c = openLibc(...FUNCTIONS);
    this.#file = this.#check(
      "open /dev/net/tun",
      this.#c.open(cString("/dev/net/tun"), RDWR | NONBLOCK | CLOEXEC),
    );
    const flags = (view: DataView) => view.setInt16(UNION, IFF_TUN | IFF_NO_PI, true);
    this.#check("make a TUN device", this.#c.ioctl(this.#file, TUNSETIFF, ifreq(name, flags)));
    const socket = this.#check("open a socket", this.#c.socket(AF_INET, SOCK_DGRAM, 0));
    const set = (what: string, request: bigint, on: string, fill: (view: DataView) => void) =>
      this.#check(`set the ${what} of ${on}`, this.#c.ioctl(socket, request, ifreq(on, fill)));
    const up = (view: DataView) => view.setInt16(UNION, IFF_UP | IFF_RUNNING, true);
    set("flags", SIOCSIFFLAGS, "lo", up);
    set("MTU", SIOCSIFMTU, name, (view) => view.setInt32(UNION, mtu, true));
    set("address", SIOCSIFADDR, name, inet(address));
    set("mask", SIOCSIFNETMASK, name, inet(mask));
    set("flags", SIOCSIFFLAGS, name, up);
    this.#c.close(socket);
    this.#poller = new Poller(this.#c);
  }

  /** The next packet, if there is one already. Its bytes are good until the next call. */
  read(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#isClosed) return undefined;
    const count = Number(this.#c.read(this.#file, this.#room, BigInt(ROOM)));
    return count > 0 ? this.#room.subarray(0, count) : undefined;
  }

  /** Done when there is a packet to read, or the device is closed; gives which. */
  async readable(): Promise<boolean> {
    if (!this.#isClosed) await this.#poller.ready(this.#file, POLLIN);
    return !this.#isClosed;
  }

  /**
   * Lets a packet come in: the kernel has taken it, and has done all that it does at once, when this returns.
   *
   * @returns whether the kernel takes it for one: its first bits must say a version of IP
   */
  write(packet: Uint8Array<ArrayBuffer>): boolean {
    return Number(this.#c.write(this.#file, packet, BigInt(packet.length))) > 0;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#poller.forget(this.#file);
    this.#c.close(this.#file);
  }

  #check(what: string, result: number): number {
    if (result >= 0) return result;
    const number = new Deno.UnsafePointerView(this.#c.errno()!).getInt32();
    throw new PinwireError("no_tun", `the system didn't let the lab ${what} (errno ${number})`, {
      hint: "it needs /dev/net/tun (modprobe tun; in a container --device /dev/net/tun)",
    });
  }
}

const cString = (text: string) => new TextEncoder().encode(`${text}\0`);

function ifreq(name: string, fill: (view: DataView) => void): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SIZE_OF_IFREQ);
  bytes.set(new TextEncoder().encode(name));
  fill(new DataView(bytes.buffer));
  return bytes;
}

/** Fills in a `struct sockaddr_in` (ip(7)). */
const inet = (address: string) => (view: DataView) => {
  view.setUint16(UNION, AF_INET, true);
  address.split(".").forEach((part, i) => view.setUint8(UNION + 4 + i, Number(part)));
};
