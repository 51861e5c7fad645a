import { Buffer } from "node:buffer";
import type { IPublishPacket } from "mqtt-packet";
import { messageOf, PinwireError } from "../errors.ts";
import { type Clock, type Connection, withTimeout } from "../net/mod.ts";
import { Heartbeat } from "../session/mod.ts";
import { encodePacket, LONGEST_PACKET, type Packet, PacketParser } from "./packets.ts";
import type { Identity, Publication, SessionHandlers } from "./messages.ts";
import { farewell, forbidden, isRefusal, refusal, TAKEN_OVER } from "./reasons.ts";

/** Seconds of our silence after which a broker may take us for gone, half as much again (MQTT 5, section 3.1.2.10). */
const KEEP_ALIVE = 10;
/** Ms of silence after which the broker is asked whether it is there, and after which it counts as gone. */
const PING = 5_000, DEAD = 15_000;
/** Ms that the broker may take to take us in. */
const HANDSHAKE_TIME = 10_000;
/** Ms that a goodbye may take. */
const GOODBYE_TIME = 1_000;
/** Messages that either end may send ahead of the other's acknowledgements. */
const AHEAD = 64;
const LAST_ID = 65_535;
/** How often the broker is asked whether all has come that it had kept: others may keep on adding to that. */
const MOST_ASKED = 100;

/**
 * How far we are: waiting for CONNACK; for SUBACK; for all that the broker has kept under our topics, which it says behind
 * that; or there.
 */
type Stage = "greeting" | "subscribing" | "settling" | "in";

/** One conversation with a broker, in MQTT 5 and with QoS 1, over a connection that stands. */
export class MqttSession {
  #connection: Connection;
  #identity: Identity;
  #handlers: SessionHandlers;
  #clock: Clock;
  #heartbeat: Heartbeat;
  #parser = new PacketParser();
  #stage: Stage = "greeting";
  /** Topics that were published, and are not acknowledged yet, by the id of the packet. */
  #unacknowledged = new Map<number, string>();
  #mostUnacknowledged = AHEAD;
  /** What is published once there is room, by its topic: of two under one topic the last is what counts then. */
  #waiting = new Map<string, Publication>();
  #lastId = 0;
  #isLeaving = false;
  /** Whether something that was kept has come since the broker was asked last, and how often it was. */
  #hasMore = true;
  #asked = 0;
  #reason: unknown;
  #flushed?: PromiseWithResolvers<void>;
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
      ask: () => void this.#send({ cmd: "pingreq" }),
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
    void this.#send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 5,
      clean: true,
      clientId,
      keepalive: KEEP_ALIVE,
      ...user !== undefined && { username: user },
      ...password && { password: Buffer.from(password) },
      ...will && { will: { ...will, qos: 1, properties: this.#signatureAt(will.topic) } },
      properties: { receiveMaximum: AHEAD, maximumPacketSize: LONGEST_PACKET },
    });
    const timer = this.#clock.after(HANDSHAKE_TIME, () => this.#end(this.#unheard("has not answered")));
    try {
      await this.#connection.receive((bytes) => {
        this.#heartbeat.heard();
        for (const packet of this.#parse(bytes)) this.#take(packet);
        if (this.#stage !== "greeting") timer.cancel();
        const writing = this.#writing;
        this.#writing = undefined;
        return writing;
      });
      if (this.#stage === "greeting" && !this.#reason && !this.#isLeaving) {
        throw this.#unheard("hung up before it had answered");
      }
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

  /**
   * Says goodbye once the broker has all that was published, so that no will is said for us, and closes.
   *
   * @param ms how long that may take; then it closes without
   */
  async leave(ms: number): Promise<void> {
    this.#isLeaving = true;
    if (this.#stage !== "greeting") await withTimeout(ms, this.#sayGoodbye(), this.#clock);
    this.#connection.close();
  }

  async #sayGoodbye(): Promise<void> {
    if (this.#waiting.size || this.#unacknowledged.size) {
      await (this.#flushed ??= Promise.withResolvers()).promise;
    }
    await this.#send({ cmd: "disconnect", reasonCode: 0 });
  }

  #parse(bytes: Uint8Array): Packet[] {
    try {
      return this.#parser.feed(bytes);
    } catch (error) {
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
          const filter = this.#handlers.filters[index];
          // Nobody asked for the topic of the will.
          if (filter !== undefined && isRefusal(reason as number)) {
            this.#handlers.onError(forbidden("read", filter, reason as number));
          }
        });
        return this.#settle();
      case "publish":
        return this.#onPublish(packet);
      case "puback":
        return this.#onAcknowledged(packet.messageId!, packet.reasonCode);
      case "pingresp":
        return this.#stage === "settling" ? this.#settle() : undefined;
      case "disconnect":
        return this.#end(farewell(packet.reasonCode ?? 0, this.#connection.peer.name));
    }
  }

  #onAnswer(reason: number, receiveMaximum: number | undefined): void {
    const { name } = this.#connection.peer;
    if (reason) return this.#end(refusal(reason, name, this.#identity.user));
    this.#stage = "subscribing";
    this.#mostUnacknowledged = Math.min(AHEAD, receiveMaximum ?? AHEAD);
    const { will } = this.#identity;
    const filters = [...this.#handlers.filters, ...will ? [will.topic] : []];
    void this.#send({
      cmd: "subscribe",
      messageId: this.#nextId(),
      subscriptions: filters.map((topic) => ({ topic, qos: 1, nl: false, rap: true, rh: 0 })),
    });
  }

  /** Asks the broker until nothing more that it had kept comes before its answer. */
  #settle(): void {
    if (!this.#hasMore || this.#asked++ === MOST_ASKED) {
      this.#stage = "in";
      return this.#handlers.onReady();
    }
    this.#stage = "settling";
    this.#hasMore = false;
    void this.#send({ cmd: "pingreq" });
  }

  #onPublish({ topic, payload, retain, qos, messageId, properties }: IPublishPacket): void {
    if (topic === this.#identity.will?.topic) this.#onStatus(properties?.userProperties?.instance);
    this.#hasMore ||= retain;
    const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    this.#handlers.onMessage({ topic, payload: bytes, isRetained: retain });
    if (qos === 1) void this.#send({ cmd: "puback", messageId, reasonCode: 0 });
  }

  /** What is kept under the topic of our will was said by the program that was there last. */
  #onStatus(instance: unknown): void {
    const { instance: own, wasIn } = this.#identity;
    if (this.#stage === "in" || !wasIn || instance === undefined || instance === own) return;
    this.#reason ??= farewell(TAKEN_OVER, this.#connection.peer.name);
    // With a goodbye, so that the other doesn't take our will for the word of one that came later.
    void this.leave(GOODBYE_TIME);
  }

  #signatureAt(topic: string) {
    const { will, instance } = this.#identity;
    return instance !== undefined && topic === will?.topic ? { userProperties: { instance } } : undefined;
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
      const properties = this.#signatureAt(topic);
      void this.#send({ cmd: "publish", topic, payload, retain, qos: 1, dup: false, messageId, properties });
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

  /** Done when it is written, or the link is lost: that is told by the read. */
  async #send(packet: Packet): Promise<void> {
    this.#heartbeat.said();
    const written = this.#connection.write(encodePacket(packet))?.catch(() => {});
    if (written) this.#writing = written;
    await written;
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
