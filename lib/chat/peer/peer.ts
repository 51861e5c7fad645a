import {
  type Context,
  encodeText,
  messageEvent,
  MessageWatch,
  openSharedConsole,
  showMessage,
  type WatchOptions,
} from "../../app/mod.ts";
import {
  bindDatagram,
  type BindOptions,
  datagramTooLong,
  type Endpoint,
  hostPort,
  type InternetAddress,
  isIpv6,
  MAX_DATAGRAM,
  resolveEndpoints,
  udpPeer,
  unmapped,
  withoutZone,
} from "../../net/mod.ts";
import { usageError } from "../../errors.ts";
import { LruMap } from "../../session/mod.ts";
import { CLOSING_WORDS } from "../protocol.ts";
import { numberedDatagram, parseDatagram, SequenceTracker } from "./sequence_tracker.ts";

/** What `chat peer` is told. */
export interface PeerOptions extends WatchOptions, BindOptions {
  seq: boolean;
  json: boolean;
}

/** Senders whose numbers are followed at a time. */
const MOST_SENDERS = 256;

/**
 * Sends each line that is typed as a datagram to all `addresses`, and shows every datagram that comes, until one of
 * them, or we, says the last word.
 *
 * @throws {PinwireError} why it can't be bound
 */
export async function talkToPeers(
  local: InternetAddress,
  addresses: InternetAddress[],
  options: PeerOptions,
  context: Context,
): Promise<void> {
  const { reporter, stop, encoding } = context;
  const watch = new MessageWatch(context, options, true);
  const { hostname, remotes } = await chooseFamily(local, addresses);
  const bound = await bindDatagram({ ...local, hostname }, options);
  const socket = context.traceDatagrams(bound);
  using _closing = stop.onStop(() => bound.close());
  reporter.report({ event: "listening", address: socket.address, sockets: socket.sockets });
  const console = await openSharedConsole("> ", options.json, context);
  const notice = (text: string) =>
    options.json ? reporter.report({ event: "notice", text }) : console.print(`* ${text}`);
  const run = Math.floor(Math.random() * 0x10000).toString(16).padStart(4, "0");
  let sent = 0;

  async function sayLines() {
    console.prompt();
    for await (const line of console.lines) {
      await say(line);
      if (CLOSING_WORDS.includes(line) || watch.isOver) return stop.now();
      console.prompt();
    }
  }

  async function say(line: string) {
    const body = encodeText(context, options.seq ? numberedDatagram(run, ++sent, line) : line);
    if (body.length > MAX_DATAGRAM) return reporter.error(datagramTooLong("a message", body.length));
    for (const remote of remotes) {
      // One that can't be reached is no reason not to tell the others.
      await socket.send(body, remote).catch((error) => reporter.error(error, udpPeer(remote)));
    }
    watch.sent(encoding.encode(line).bytes);
  }

  const sequences = new LruMap<string, SequenceTracker>(MOST_SENDERS);

  /** Tells what became of a numbered datagram on its way, and gives what it says. */
  function checkNumber(from: Endpoint, text: string): string {
    const numbered = parseDatagram(text);
    if (!numbered) return text;
    const peer = hostPort(from);
    const sequence = sequences.get(peer) ?? new SequenceTracker();
    sequences.set(peer, sequence);
    const { number } = numbered;
    const { lost, isLate, isDouble } = sequence.note(numbered.run, number);
    if (lost) notice(`${lost} lost before number ${number} of ${peer}`);
    if (isLate) notice(`number ${number} of ${peer} is late`);
    if (isDouble) notice(`number ${number} of ${peer} has come twice`);
    return numbered.text;
  }

  function hear(body: Uint8Array, from: Endpoint): Promise<void> | undefined {
    const peer = udpPeer(from);
    const decoded = encoding.decode(body);
    const text = options.seq ? checkNumber(from, decoded.text) : decoded.text;
    const event = messageEvent(peer, body, { ...decoded, text });
    if (options.json) reporter.report(event);
    else console.print(showMessage(event));
    if (!decoded.valid) reporter.undecodable(body, peer, encoding);
    watch.passed(text);
    if (watch.isOver || remotes.some((remote) => isOf(remote, from)) && CLOSING_WORDS.includes(text)) {
      bound.close();
    }
    return reporter.drained();
  }

  const saying = sayLines();
  try {
    await socket.receive({ onDatagram: hear, onError: (error, peer) => reporter.error(error, peer) });
  } finally {
    bound.close();
    stop.now();
    console.close();
    await saying;
  }
}

/**
 * Where to bind, and each peer's address in that family: a socket of IPv4 reaches no IPv6. Without a host of its own
 * `local` is on loopback, in the family of the first peer.
 *
 * @throws {PinwireError} `usage` if a peer has no address in that family
 */
async function chooseFamily(local: InternetAddress, addresses: InternetAddress[]) {
  const found = await Promise.all(addresses.map((address) => resolveEndpoints(address)));
  const hostname = local.hostname || (isIpv6(found[0][0].hostname) ? "::1" : "127.0.0.1");
  const family = isIpv6((await resolveEndpoints({ ...local, hostname }))[0].hostname);
  const remotes = found.map((endpoints, i) => {
    const remote = endpoints.find((endpoint) => isIpv6(endpoint.hostname) === family);
    if (remote) return remote;
    const [mine, other] = family ? ["IPv6", "IPv4"] : ["IPv4", "IPv6"];
    throw usageError(
      `${hostPort(addresses[i])} is an address of ${other}, and LOCAL one of ${mine}`,
      `give LOCAL as an address of ${other}, such as ${family ? "0.0.0.0" : "[::]"}:PORT`,
    );
  });
  return { hostname, remotes };
}

/** Whether a sender is at this host: many peers send from another port than they listen on. */
const isOf = (remote: Endpoint, from: Endpoint) => unmapped(from.hostname) === withoutZone(remote.hostname);
