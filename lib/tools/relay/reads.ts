import type { Context } from "../../app/mod.ts";
import { FrameBorders } from "../../app/trace/borders.ts";
import { type Connection, wrapConnection } from "../../net/mod.ts";
import type { Direction } from "./disturbance.ts";

/** Whose reads are told of. */
export interface ReadsOptions {
  direction: Direction;
  /** Both ends of the relay, as events name them. */
  client: string;
  target: string;
  isDatagram: boolean;
  /** Whether each read is an event. */
  isTold: boolean;
}

/** The same connection, whose reads are traced, and told of. */
export function watchReads(connection: Connection, options: ReadsOptions, context: Context): Connection {
  const { direction, client, target, isDatagram, isTold } = options;
  const { reporter, codec, clock } = context;
  const name = direction === "up" ? `${client} → ${target}` : `${client} ← ${target}`;
  const traced = context.traceReads(connection, { verb: direction, name, isDatagram });
  if (!isTold && traced === connection) return connection;
  const borders = isDatagram ? undefined : new FrameBorders(codec, false);
  const from = direction === "up" ? "client" : "target";
  return wrapConnection(traced, {
    receive: (sink, readOptions) =>
      traced.receive((bytes) => {
        if (isTold) {
          const found = borders?.take(bytes, clock.now());
          for (const error of found?.errors ?? []) reporter.error(error);
          reporter.report({
            event: "data",
            from,
            peer: client,
            bytes: bytes.length,
            hex: bytes.toHex(),
            frames: found?.lengths ?? [bytes.length],
          }, true);
        }
        const drained = reporter.drained();
        return drained ? drained.then(() => sink(bytes)) : sink(bytes);
      }, readOptions),
  });
}
