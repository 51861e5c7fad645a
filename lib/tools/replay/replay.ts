import { type Context, dialOptions, type DialSettings } from "../../app/mod.ts";
import {
  type Address,
  type Connection,
  type DatagramPeer,
  type DatagramSocket,
  dial,
  dialDatagram,
  type Endpoint,
  type PeerHandlers,
  race,
  udpPeer,
} from "../../net/mod.ts";
import { reportConnection } from "../../session/mod.ts";
import { untilStopped } from "../exchange.ts";
import { servePeers } from "../peers.ts";
import { type Conversation, openConversation, type StreamChoice } from "./conversation.ts";
import { type PlayAddress, whereToPlay } from "./options.ts";
import { datagramPartner, type Partner, streamPartner } from "./partner.ts";
import { Player, type PlayOptions } from "./player.ts";

/** What `replay` is told. */
export interface ReplayOptions extends PlayOptions, DialSettings {
  as: "client" | "server";
  tlsCert?: string;
  tlsKey?: string;
  /** Default: the first that has data. */
  stream?: StreamChoice;
}

/**
 * Plays one side of a conversation in a capture to whoever is at an address, or comes there.
 *
 * @param chunks the capture
 * @param given the address; default that of the recorded server
 * @param opened called once the socket of a server is open, before the ready line
 * @throws {PinwireError} what {@linkcode openConversation}, {@linkcode whereToPlay}, dialling, listening and
 * {@linkcode Player.play} throw
 * @returns whether the other side said what was recorded, as far as that was played
 */
export async function replay(
  chunks: AsyncIterable<Uint8Array>,
  given: PlayAddress | undefined,
  options: ReplayOptions,
  context: Context,
  opened: () => void,
): Promise<boolean> {
  const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
  using _stopping = context.stop.onStop(() => resolve(undefined));
  const opening = openConversation(chunks, options.stream, options.as === "client");
  using conversation = await race<Conversation | undefined>([opening, stopped]);
  if (!conversation) return true;
  const { stream, steps } = conversation;
  const address = whereToPlay(stream, given);
  let isAsRecorded = true;

  async function play(partner: Partner): Promise<void> {
    async function whole(): Promise<void> {
      try {
        isAsRecorded = await new Player(partner, options, context).play(steps);
      } finally {
        partner.close();
      }
      await partner.heard;
    }
    // What ended it is thrown once all was played that could be.
    partner.heard.catch(() => {});
    await untilStopped(whole(), context.stop, () => partner.close(), context.clock);
  }

  const playStream = (connection: Connection) => play(streamPartner(connection, context.clock));
  if (options.as === "client") await playAtClient(address, options, context, play, playStream);
  else {
    const { tlsCert, tlsKey } = options;
    await servePeers(address, { keepOpen: false, idleTimeout: 0, tlsCert, tlsKey }, context, {
      opened,
      connection: playStream,
      datagrams: (socket) => answer(socket, context, play),
    });
  }
  return isAsRecorded;
}

async function playAtClient(
  address: Address,
  options: ReplayOptions,
  context: Context,
  play: (partner: Partner) => Promise<void>,
  playStream: (connection: Connection) => Promise<void>,
): Promise<void> {
  const { reporter, stop, clock } = context;
  const settings = { ...await dialOptions(address, options, context.form), signal: stop.signal };
  if (address.scheme === "udp") {
    const socket = await dialDatagram(address, (socket) => context.traceDatagrams(socket), settings);
    const onError = (error: unknown) => reporter.error(error, socket.name);
    return await play(datagramPartner(socket, clock, onError));
  }
  const connection = context.trace(await dial(address, { ...settings, isExact: true }, clock));
  const stopReason = () => stop.signal.aborted ? "stopped" : undefined;
  await reportConnection(connection, reporter, stopReason, () => playStream(connection));
}

/** Plays to whoever sends first. */
async function answer(
  socket: DatagramSocket,
  { clock, reporter }: Context,
  play: (partner: Partner) => Promise<void>,
): Promise<void> {
  let peer: DatagramPeer | undefined;
  let handlers: PeerHandlers | undefined;
  let playing: Promise<void> | undefined;

  function begin(from: Endpoint): DatagramPeer {
    const name = udpPeer(from);
    return {
      name,
      send: (bytes) => socket.send(bytes, from),
      receive(given) {
        handlers = given;
        return received;
      },
      close: () => socket.close(),
    };
  }

  const received = socket.receive({
    onDatagram(bytes, from) {
      if (!peer) {
        peer = begin(from);
        const { name } = peer;
        playing = play(datagramPartner(peer, clock, (error) => reporter.error(error, name)));
        playing.catch(() => {});
      }
      return udpPeer(from) === peer.name ? handlers?.onDatagram(bytes) : undefined;
    },
    onError: (error, peer) => reporter.error(error, peer),
  });
  await received;
  await playing;
}
