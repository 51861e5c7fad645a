import type { Context } from "../../app/mod.ts";
import { FrameBorders } from "../../app/trace/borders.ts";
import { dataEvent, datagramPieces, frameText, piecesOf } from "../../app/trace/pieces.ts";
import { type Connection, wrapConnection } from "../../net/mod.ts";
import type { EventTeller } from "../../session/mod.ts";
import type { Direction } from "./disturbance.ts";

/** Whose reads are told of. */
export interface ReadsOptions {
  direction: Direction;
  /** Both ends of the relay, as events name them. */
  client: string;
  target: string;
  isDatagram: boolean;
  /** Whether each read is an event. */
  json: boolean;
  /** Pages that are told of each read too. */
  pages?: EventTeller;
}

/** The same connection, whose reads are traced, and told of. */
export function watchReads(connection: Connection, options: ReadsOptions, context: Context): Connection {
  const { direction, client, target, isDatagram, json, pages } = options;
  const { reporter, codec, encoding, clock } = context;
  const name = direction === "up" ? `${client} → ${target}` : `${client} ← ${target}`;
  const traced = context.traceReads(connection, { verb: direction, name, isDatagram });
  if (!json && !pages && traced === connection) return connection;
  const isTold = json || pages !== undefined;
  const from = direction === "up" ? "client" : "target";
  const borders = isDatagram || !isTold ? undefined : new FrameBorders(codec, {
    areMessages: connection.messages !== undefined,
    textOf: pages && frameText(encoding, pages),
  });
  function tell(bytes: Uint8Array): void {
    const found = borders?.take(bytes, clock.now());
    for (const error of found?.errors ?? []) reporter.error(error);
    const isWatched = pages?.isWatched;
    if (!json && !isWatched) return;
    const data = dataEvent(from, client, bytes, { frames: found?.lengths ?? [bytes.length] });
    if (json) reporter.report(data, true);
    if (!isWatched) return;
    pages.tell({
      ...data,
      ...found ? { pieces: piecesOf(found.segments) } : datagramPieces(bytes, encoding),
    });
  }
  return wrapConnection(traced, {
    receive: (sink, readOptions) =>
      traced.receive((bytes) => {
        if (isTold) tell(bytes);
        const drained = reporter.drained();
        return drained ? drained.then(() => sink(bytes)) : sink(bytes);
      }, readOptions),
  });
}
