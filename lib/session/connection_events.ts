import type { Reporter } from "../app/mod.ts";
import { type Connection, reasonOf } from "../net/mod.ts";

/**
 * Reports that a connection is there, has it served, and reports why it is over.
 *
 * @param stopReason why it is over, if that is not what `serve` threw: we were stopped ourselves
 * @throws what `serve` throws
 */
export async function reportConnection<T>(
  connection: Connection,
  reporter: Reporter,
  stopReason: () => string | undefined,
  serve: () => Promise<T>,
): Promise<T> {
  const { name: peer } = connection.peer;
  reporter.report({ event: "connected", peer });
  let reason = "end of stream";
  try {
    return await serve();
  } catch (error) {
    reason = reasonOf(error);
    throw error;
  } finally {
    reporter.report({ event: "disconnected", peer, reason: stopReason() ?? reason });
  }
}
