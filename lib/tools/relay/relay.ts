import { type Context, dialOptions, type DialSettings } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import {
  type Address,
  checkDialable,
  type Connection,
  type DatagramSocket,
  dial,
  dialDatagram,
  type DialOptions,
  hasGone,
  isOverTcp,
  type MessageForm,
  type Peer,
  PLAIN_FORM,
  withIdleTimeout,
  wrapConnection,
} from "../../net/mod.ts";
import type { Owe, Page } from "../../session/mod.ts";
import { TargetDatagrams } from "./datagrams.ts";
import type { Direction, Disturbance } from "./disturbance.ts";
import { Pair } from "./pair.ts";
import { watchReads } from "./reads.ts";

/** What a {@linkcode Relay} is told. */
export interface RelayOptions extends DialSettings {
  disturbances: Record<Direction, Disturbance>;
  /** With the same one, what is counted in bytes or datagrams repeats. */
  seed: number;
  /** Ms without a byte of the client's, or for it, after which both connections are closed; 0 is never. */
  idleTimeout: number;
  /** Whether TCP can be reset here. */
  hasResets: boolean;
  json: boolean;
  /** A page that shows what crosses. */
  page?: Page;
}

/** Where both ends have messages, text stays text. */
function matchKinds({ messages: one }: Connection, { messages: other }: Connection): void {
  if (!one || !other) return;
  one.follow(() => other.received);
  other.follow(() => one.received);
}

/** Takes each client to a connection of its own to the target. */
export class Relay {
  #target: Address;
  #options: RelayOptions;
  #context: Context;
  #dialling?: DialOptions;
  #pairs = new Map<number, Pair>();
  #count = 0;
  #hasWarned = false;

  constructor(target: Address, options: RelayOptions, context: Context) {
    this.#target = target;
    this.#options = options;
    this.#context = context;
  }

  /** How the messages of WebSockets are bytes: as they are. */
  get form(): MessageForm {
    return { ...PLAIN_FORM, maxMessage: this.#context.form.maxMessage };
  }

  /** What is open, in the order in which it came. */
  get pairs(): Pair[] {
    return [...this.#pairs.values()];
  }

  /** @throws {PinwireError} what is wrong with the files and addresses that dialling takes */
  async prepare(): Promise<void> {
    checkDialable(this.#target);
    this.#dialling = await dialOptions(this.#target, this.#options, this.form);
  }

  /**
   * Relays one client's connection until both sides have ended.
   *
   * @param owe is told of the bytes under way
   * @param isDatagram whether each read of it is a datagram
   * @throws {PinwireError} why the target can't be reached, or why it ended before
   */
  async relay(client: Connection, owe: Owe, isDatagram = false): Promise<void> {
    const { clock } = this.#context;
    const number = ++this.#count;
    const target = await this.#dial().catch((error) => {
      // The target was there, and its reset is the client's.
      if (hasGone(error)) client.reset();
      throw error;
    });
    if (!target) return;
    matchKinds(client, target);
    const { json, page } = this.#options;
    const names = { client: client.peer.name, target: target.peer.name, json, pages: page?.events };
    const isTargetDatagram = target instanceof TargetDatagrams;
    const pair: Pair = new Pair({
      number,
      client: watchReads(this.#limit(client, (reason) => pair.fail(reason)), {
        direction: "up",
        isDatagram,
        ...names,
      }, this.#context),
      target: watchReads(
        target,
        { direction: "down", isDatagram: isTargetDatagram, ...names },
        this.#context,
      ),
      disturbances: this.#options.disturbances,
      isDatagram: isDatagram || isTargetDatagram,
      seed: this.#options.seed,
      clock,
      hasResets: this.#options.hasResets,
      notReset: (peer) => this.#warn(peer),
    });
    this.#pairs.set(number, pair);
    const stop = () => pair.end("stop");
    owe({ settled: () => pair.drain().then(stop), drop: stop });
    await pair.run().finally(() => this.#pairs.delete(number));
  }

  // Whoever waits at a gate would not hear that a connection was closed, so that the pair is told.
  #limit(client: Connection, onIdle: (reason: unknown) => void): Connection {
    const { idleTimeout } = this.#options;
    if (!idleTimeout) return client;
    const closing = wrapConnection(client, {
      close(reason) {
        client.close(reason);
        if (reason !== undefined) onIdle(reason);
      },
    });
    return withIdleTimeout(closing, idleTimeout, this.#context.clock);
  }

  /** A connection to the target; none once it is time to stop. */
  async #dial(): Promise<Connection | undefined> {
    const { stop: { signal }, recorder } = this.#context;
    const options = { ...this.#dialling, signal, isExact: true };
    const recorded = (socket: DatagramSocket) => recorder?.datagrams(socket) ?? socket;
    try {
      if (this.#target.scheme === "udp") {
        return new TargetDatagrams(await dialDatagram(this.#target, recorded, options), this.#context);
      }
      const connection = await dial(this.#target, options);
      return recorder?.dialled(connection) ?? connection;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  #warn(peer: Peer): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#context.reporter.error(
      new PinwireError("not_reset", "a connection that was to be reset was closed", {
        hint: isOverTcp(peer)
          ? "only on Linux, and with deno run --allow-ffi, can it be reset"
          : "only TCP has resets",
      }),
      peer.name,
    );
  }
}
