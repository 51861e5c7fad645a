import { Redis } from "ioredis";
import type { Connection } from "../net/mod.ts";
import { ConnectionStream } from "./connection_stream.ts";
import { loss, refusal } from "./reasons.ts";

/** What a store answers to a command. */
export type Reply = string | number | null | Reply[];

/**
 * One connection to a store (Redis or Valkey): commands and their answers, in the order in which they were said. It never
 * dials by itself, and says nothing twice.
 */
export class RedisClient {
  /** Fulfilled when the connection is gone. */
  readonly gone: Promise<void>;
  /** Its address, as errors name it. */
  readonly store: string;
  #redis: Redis;
  #failure: unknown;

  private constructor(redis: Redis, store: string) {
    this.#redis = redis;
    this.store = store;
    this.gone = new Promise((resolve) => redis.once("close", resolve));
    redis.on("error", (error) => this.#failure ??= error);
  }

  /**
   * Speaks over a connection that stands.
   *
   * @param store the address, as errors name it
   * @throws {PinwireError} why it is gone already
   */
  static async open(connection: Connection, store: string): Promise<RedisClient> {
    const stream = new ConnectionStream(connection);
    class Connector {
      connect() {
        return stream.destroyed ? Promise.reject(new Error("closed")) : Promise.resolve(stream);
      }
      disconnect() {
        stream.destroy();
      }
      check() {
        return true;
      }
    }
    const redis = new Redis({
      Connector: Connector as never,
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      // The stream is no socket of Node's: both of these are set where it was dialled.
      noDelay: false,
      keepAlive: null as never,
      protocol: 2,
    });
    const client = new RedisClient(redis, store);
    try {
      await redis.connect();
    } catch (error) {
      throw loss(client.#failure ?? error, store);
    }
    return client;
  }

  /**
   * Says a command and gives its answer. Commands may be said without waiting for the answers to those before.
   *
   * @throws {PinwireError} what the store refuses; `store_lost`, or why else the connection is gone
   */
  async call(...words: (string | number)[]): Promise<Reply> {
    const [command, ...rest] = words;
    try {
      return await this.#redis.call(String(command), ...rest) as Reply;
    } catch (error) {
      if (error instanceof Error && error.name === "ReplyError") throw refusal(error, this.store);
      // The library tells those who wait only that it is closed.
      throw loss(this.#failure ?? error, this.store);
    }
  }

  close(): void {
    this.#redis.disconnect();
  }
}
