import type { Context } from "../app/mod.ts";
import { type Connection, hasGone, wrapConnection } from "../net/mod.ts";
import { guardLines } from "../session/browser_guard.ts";
import { withoutTelnet } from "../session/mod.ts";

/** A member's connection as its session reads it. */
export interface MemberInput {
  readonly connection: Connection;
  /** Why the peer is gone, if it did not end its stream. */
  loss?: unknown;
  /** Is told how many bytes each read gave. */
  onRead(bytes: number): void;
}

/** Who leaves our greeting unread resets the connection: what it said before still counts, as at the end of a stream. */
export function inputOf(connection: Connection): MemberInput {
  const input: MemberInput = {
    onRead() {},
    connection: wrapConnection(connection, {
      receive: (sink, options) =>
        connection.receive((bytes) => {
          input.onRead(bytes.length);
          return sink(bytes);
        }, options).catch((error) => {
          if (!hasGone(error)) throw error;
          input.loss = error;
        }),
    }),
  };
  return input;
}

/**
 * The text on a member's connection, which ends if it is none. What telnet says for itself is taken out here, above where
 * bytes are counted, or a flood of it would cost nothing.
 */
export function textOf(connection: Connection, { codec, encoding }: Context): Connection {
  return guardLines(codec.isLineBased ? withoutTelnet(connection, encoding) : connection, codec);
}
