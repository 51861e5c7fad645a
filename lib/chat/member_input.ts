import { type Connection, hasGone, wrapConnection } from "../net/mod.ts";

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
      async receive(sink, options) {
        try {
          await connection.receive((bytes) => {
            input.onRead(bytes.length);
            return sink(bytes);
          }, options);
        } catch (error) {
          if (!hasGone(error)) throw error;
          input.loss = error;
        }
      },
    }),
  };
  return input;
}
