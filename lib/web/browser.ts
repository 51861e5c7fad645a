import { HttpError, parseRequest } from "../framing/http/mod.ts";
import { type Clock, type Connection, withTimeout } from "../net/mod.ts";
import { agree, HeadStream } from "../net/websocket/mod.ts";
import type { Door } from "./door.ts";
import { fileResponse, refusalResponse } from "./responses.ts";

/** Ms that a request has to come whole, from the end of the response before it on. */
const REQUEST_TIME = 5_000;
/** Ms that a browser has to take a response. */
const RESPONSE_TIME = 30_000;

/**
 * Serves one connection of a browser, which fetches files by it, one after the other, until it leaves, or until it has
 * become a WebSocket: then gives that. Otherwise it is closed. Never throws.
 *
 * @param onRefused told of a request that gets nothing
 */
export async function serveBrowser(
  connection: Connection,
  door: Pick<Door, "answer">,
  clock: Clock,
  onRefused: (error: HttpError) => void,
): Promise<HeadStream | undefined> {
  const stream = new HeadStream(connection);
  try {
    for (;;) {
      const request = parseRequest(await nextHead(stream, clock));
      const answer = door.answer(request, connection.local);
      if ("socket" in answer) {
        await agree(stream, answer.socket, answer.protocol);
        return stream;
      }
      const { file, isHead } = answer;
      const isLast = request.fields.has("connection", "close");
      await write(connection, fileResponse(file, clock.wall(), { isHead, isLast }), clock);
      if (isLast) break;
      stream.again();
    }
    await stream.leave(clock);
  } catch (error) {
    if (error instanceof HttpError) {
      onRefused(error);
      await refuse(stream, error, clock).catch(() => {});
    }
  }
  connection.close();
  return undefined;
}

/** @throws {HttpError} 408 if it has begun and isn't whole in time */
async function nextHead(stream: HeadStream, clock: Clock): Promise<Uint8Array> {
  if (await withTimeout(REQUEST_TIME, stream.head(), clock)) return await stream.head();
  // Of one that hasn't begun nobody waits for an answer.
  if (!stream.length) stream.connection.close();
  else throw new HttpError(408, `a request is whole within ${REQUEST_TIME / 1000} s`);
  return await stream.head();
}

async function refuse(stream: HeadStream, error: HttpError, clock: Clock): Promise<void> {
  await write(stream.connection, refusalResponse(error, clock.wall()), clock);
  await stream.leave(clock);
}

async function write(connection: Connection, bytes: Uint8Array, clock: Clock): Promise<void> {
  const written = connection.write(bytes);
  if (written && !await withTimeout(RESPONSE_TIME, written, clock)) connection.close();
}
