import { preciseTime, systemClock, withTimeout } from "../../net/mod.ts";
import { MAX_HEADERS, PacketPath, parseIp, parseTcp, TCP_FLAGS } from "../../packet/mod.ts";
import { parseCounters, parseCounters6 } from "../../system/socket_tables/proc_net.ts";
import type { Audience } from "../stage/stage.ts";
import { type Passing, Wire } from "../stage/wire.ts";
import { dissect } from "./dissect.ts";
import { FIRST, FROM, type LayersOptions, TO, wrap } from "./packet.ts";

/** Ms in which a program gets what the kernel has taken, which it has done when the packet is written. */
const PATIENCE = 2000;

/** Wraps a message layer by layer, hands the packet to the kernel, and tells what became of it. */
export async function wrapAndDeliver(options: LayersOptions, audience: Audience): Promise<void> {
  await (options.over === "udp" ? overUdp(options, audience) : overTcp(options, audience));
}

async function overUdp(options: LayersOptions, audience: Audience): Promise<void> {
  using wire = new Wire(TO.port, () => {});
  const { address: hostname, port } = TO;
  const socket = Deno.listenDatagram({ hostname, port, transport: "udp" });
  const received = socket.receive().then(([bytes]) => bytes, () => undefined);
  await hand(wrap(options), { ...options, wire, received, audience });
  socket.close();
}

/** The peer's part of TCP is played by hand: the kernel answers a SYN, and takes what follows for a connection. */
async function overTcp(options: LayersOptions, audience: Audience): Promise<void> {
  const answer = Promise.withResolvers<Passing>();
  using wire = new Wire(TO.port, (passing) => answer.resolve(passing));
  using listener = Deno.listen({ hostname: TO.address, port: TO.port });
  const accepting = listener.accept();
  const path = new PacketPath(FROM, TO);
  const { ACK, RST, SYN } = TCP_FLAGS;
  const say = (flags: number, seq: number, ack: number) =>
    wire.inject(path.tcp(new Uint8Array(MAX_HEADERS), { seq, ack, flags }) as Uint8Array<ArrayBuffer>);
  say(SYN, FIRST - 1, 0);
  const { seq } = parseTcp(parseIp((await answer.promise).packet)!)!;
  const ack = seq + 1;
  say(ACK, FIRST, ack);
  using connection = await accepting;
  const buffer = new Uint8Array(options.message.length);
  const received = connection.read(buffer).then((count) => buffer.subarray(0, count ?? 0), () => undefined);
  await hand(wrap(options, ack), { ...options, wire, received, audience });
  // Whatever was refused, the connection is over, and so is the read.
  say(RST | ACK, FIRST, ack);
  say(RST | ACK, FIRST + options.message.length, ack);
  await received;
}

async function hand(
  packet: Uint8Array,
  { flip, wire, received, audience }: {
    flip?: number;
    wire: Wire;
    received: Promise<Uint8Array | undefined>;
    audience: Audience;
  },
): Promise<void> {
  for (const layer of dissect(packet)) audience.tell(layer);
  const sent = packet.slice() as Uint8Array<ArrayBuffer>;
  if (flip !== undefined) sent[flip >> 3] ^= 0x80 >> (flip & 7);
  audience.record(sent, preciseTime() * 1000);
  await audience.step();
  const before = errorCounters();
  const isTaken = wire.inject(sent);
  const counters = risen(before, errorCounters());
  const isRefused = !isTaken || Object.keys(counters).length > 0;
  const got = !isRefused && await withTimeout(PATIENCE, received, systemClock) ? await received : undefined;
  audience.tell({
    event: "delivery",
    ...got && { text: new TextDecoder().decode(got) },
    counters,
    ...flip !== undefined && { flipped: flip },
  });
}

/** The kernel's counters of packets that it refused. */
function errorCounters(): Record<string, number> {
  const text = ["snmp", "netstat"].map((file) => Deno.readTextFileSync(`/proc/self/net/${file}`)).join("");
  const counters = {
    ...parseCounters(text),
    ...parseCounters6(Deno.readTextFileSync("/proc/self/net/snmp6")),
  };
  return Object.fromEntries(Object.entries(counters).filter(([name]) => REFUSING.test(name)));
}

const REFUSING = /Errors$|Errs$|Discards$|NoPorts$|InNoRoutes$|Truncated/;

function risen(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  const changes = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change > 0));
}
