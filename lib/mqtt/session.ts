import { Buffer } from "node:buffer";
import type { IPublishPacket } from "mqtt-packet";
import { messageOf, PinwireError } from "../errors.ts";
import { type Clock, type Connection, withTimeout } from "../net/mod.ts";
import { Heartbeat } from "../session/mod.ts";
import { encodePacket, LONGEST_PACKET, type Packet, PacketParser } from "./packets.ts";
import { farewell, forbidden, isRefusal, refusal } from "./reasons.ts";

/** What is said under a topic, in UTF-8. */
export interface Publication {
  topic: string;
  payload: string;
  /** Whether the broker keeps it for who comes later. */
  retain?: boolean;
}

/** What somebody else said. */
export interface Message {
  topic: string;
  payload: Uint8Array;
  /** Whether the broker had kept it, so that it may be old. */
  isRetained: boolean;
}

/** Who we are to the broker, and what is said for us once we are gone without a word. */
export interface Identity {
  clientId: string;
  user?: string;
  password?: Uint8Array;
  will?: Publication;
}

/** What a {@linkcode MqttSession} tells. */
export interface SessionHandlers {
  /** Topic filters (MQTT 5, section 4.7) that are subscribed to. */
  readonly filters: readonly string[];
  /** We are in, and subscribed. */
  onReady(session: MqttSession): void;
  onMessage(message: Message): void;
  /** What concerns one topic alone. */
  onError(error: PinwireError): void;
}

/** Seconds of our silence after which a broker may take us for gone, half as much again (MQTT 5, section 3.1.2.10). */
const KEEP_ALIVE = 10;
/** Ms of silence after which the broker is asked whether it is there, and after which it counts as gone. */
const PING = 5_000, DEAD = 15_000;
/** Ms that the broker may take to take us in. */
const HANDSHAKE_TIME = 10_000;
/** Messages that either end may send ahead of the other's acknowledgements. */
const AHEAD = 64;
const LAST_ID = 65_535;

/** One conversation with a broker, in MQTT 5 and with QoS 1, over a connection that stands. */
export class MqttSession {
  #connection: Connection;
  #identity: Identity;
  #handlers: SessionHandlers;
  #clock: Clock;
  #heartbeat: Heartbeat;
  #parser = new PacketParser((packet) => this.#take(packet));
  /** Topics that were published, and are not acknowledged yet, by the id of the packet. */
  #unacknowledged = new Map<number, string>();
  #mostUnacknowledged = AHEAD;
  /** What is published once there is room, by its topic: of two under one topic the last is what counts then. */
  #waiting = new Map<string, Publication>();
  #lastId = 0;
  #isIn = false;
  #reason: unknown;
  #flushed?: PromiseWithResolvers<void>;
  #pong?: PromiseWithResolvers<void>;
  /** The last write that had to wait: reading waits for it, so that a broker can't have us pile answers up. */
  #writing?: Promise<void>;

  constructor(connection: Connection, identity: Identity, handlers: SessionHandlers, clock: Clock) {
    this.#connection = connection;
    this.#identity = identity;
    this.#handlers = handlers;
    this.#clock = clock;
    this.#heartbeat = new Heartbeat({
      clock,
      peer: connection.peer.name,
      ping: PING,
      dead: DEAD,
      talks: true,
      ask: () => this.#send({ cmd: "pingreq" }),
      lose: (reason) => this.#end(reason),
    });
  }

  /**
   * Introduces us, subscribes, and takes what comes, until the link is over.
   *
   * @throws {PinwireError} why the broker refuses us or sends us away, or what it speaks if not MQTT; why the link is lost
   */
  async run(): Promise<void> {
    const { clientId, user, password, will } = this.#identity;
    this.#send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 5,
      clean: true,
      clientId,
      keepalive: KEEP_ALIVE,
      ...user !== undefined && { username: user },
      ...password && { password: Buffer.from(password) },
      ...will && { will: { ...will, qos: 1 } },
      properties: { receiveMaximum: AHEAD, maximumPacketSize: LONGEST_PACKET },
    });
    const timer = this.#clock.after(HANDSHAKE_TIME, () => this.#end(this.#unheard("has not answered")));
    try {
      await this.#connection.receive((bytes) => {
        this.#heartbeat.heard();
        this.#feed(bytes);
        if (this.#isIn) timer.cancel();
        const writing = this.#writing;
        this.#writing = undefined;
        return writing;
      });
      if (!this.#isIn && !this.#reason) throw this.#unheard("hung up before it had answered");
    } finally {
      timer.cancel();
      this.#heartbeat.stop();
      this.#connection.close();
      this.#flushed?.resolve();
    }
    if (this.#reason) throw this.#reason;
  }

  /** Publishes with QoS 1, once the broker has room for it. What waits is replaced by what comes under its topic. */
  publish(publication: Publication): void {
    this.#waiting.delete(publication.topic);
    this.#waiting.set(publication.topic, publication);
    this.#publishOn();
  }

  /** Done when the broker has all that was published, or the link is over. */
  flushed(): Promise<void> {
    if (!this.#waiting.size && !this.#unacknowledged.size) return Promise.resolve();
    return (this.#flushed ??= Promise.withResolvers()).promise;
  }

  /** Done when the broker has answered a question that came after all others, at most `ms` later. */
  async asked(ms: number): Promise<void> {
    const answer = this.#pong ??= Promise.withResolvers();
    this.#send({ cmd: "pingreq" });
    await withTimeout(ms, answer.promise, this.#clock);
  }
  /** Says goodbye, so that no will is said for us, and closes. */
  leave(): void {
    this.#send({ cmd: "disconnect", reasonCode: 0 });
    this.#connection.close();
  }

  #feed(bytes: Uint8Array): void {
    try {
      this.#parser.feed(bytes);
    } catch (error) {
      if (error instanceof PinwireError) throw error;
      throw new PinwireError(
        "not_mqtt",
        `what ${this.#connection.peer.name} says is no MQTT 5 (${messageOf(error)})`,
        { hint: "check the address: a broker listens on 1883, with TLS on 8883 (mqtts://)", cause: error },
      );
    }
  }

  #take(packet: Packet): void {
    switch (packet.cmd) {
      case "connack":
        return this.#onAnswer(packet.reasonCode ?? packet.returnCode ?? 0, packet.properties?.receiveMaximum);
      case "suback":
        packet.granted.forEach((reason, index) => {
          if (isRefusal(reason as number)) {
            this.#handlers.onError(forbidden("read", this.#handlers.filters[index], reason as number));
          }
        });
        return this.#handlers.onReady(this);
      case "publish":
        return this.#onPublish(packet);
      case "puback":
        return this.#onAcknowledged(packet.messageId!, packet.reasonCode);
      case "pingresp":
        this.#pong?.resolve();
        this.#pong = undefined;
        return;
      case "disconnect":
        return this.#end(farewell(packet.reasonCode ?? 0, this.#connection.peer.name));
    }
  }

  #onAnswer(reason: number, receiveMaximum: number | undefined): void {
    const { name } = this.#connection.peer;
    if (reason) return this.#end(refusal(reason, name, this.#identity.user));
    this.#isIn = true;
    this.#mostUnacknowledged = Math.min(AHEAD, receiveMaximum ?? AHEAD);
    const { filters } = this.#handlers;
    if (!filters.length) return this.#handlers.onReady(this);
    this.#send({
      cmd: "subscribe",
      messageId: this.#nextId(),
      subscriptions: filters.map((topic) => ({ topic, qos: 1, nl: false, rap: true, rh: 0 })),
    });
  }

  #onPublish({ topic, payload, retain, qos, messageId }: IPublishPacket): void {
    const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    this.#handlers.onMessage({ topic, payload: bytes, isRetained: retain });
    if (qos === 1) this.#send({ cmd: "puback", messageId, reasonCode: 0 });
  }

  #onAcknowledged(id: number, reason: number | undefined): void {
    const topic = this.#unacknowledged.get(id);
    this.#unacknowledged.delete(id);
    if (topic !== undefined && isRefusal(reason)) {
      this.#handlers.onError(forbidden("write", topic, reason!));
    }
    this.#publishOn();
  }

  #publishOn(): void {
    for (const [topic, { payload, retain = false }] of this.#waiting) {
      if (this.#unacknowledged.size >= this.#mostUnacknowledged) return;
      this.#waiting.delete(topic);
      const messageId = this.#nextId();
      this.#unacknowledged.set(messageId, topic);
      this.#send({ cmd: "publish", topic, payload, retain, qos: 1, dup: false, messageId });
    }
    if (this.#unacknowledged.size) return;
    this.#flushed?.resolve();
    this.#flushed = undefined;
  }

  #nextId(): number {
    do {
      this.#lastId = this.#lastId % LAST_ID + 1;
    } while (this.#unacknowledged.has(this.#lastId));
    return this.#lastId;
  }

  #send(packet: Packet): void {
    this.#heartbeat.said();
    const written = this.#connection.write(encodePacket(packet));
    // That the link is lost is told by the read.
    if (written) this.#writing = written.catch(() => {});
  }

  #end(reason?: unknown): void {
    this.#reason ??= reason;
    this.#connection.close(reason);
  }

  #unheard(what: string): PinwireError {
    return new PinwireError("broker_mute", `what listens at ${this.#connection.peer.name} ${what}`, {
      hint: "it may speak MQTT 3.1.1 alone, TLS (mqtts://), or no MQTT at all",
    });
  }
}
