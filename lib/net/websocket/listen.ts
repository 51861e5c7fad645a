import { PinwireError } from "../../errors.ts";
import { HttpError } from "../../framing/http/mod.ts";
import { systemClock } from "../clock.ts";
import type { DrainableConnection } from "../connection.ts";
import { hasGone } from "../io_errors.ts";
import type { Listener } from "../listener.ts";
import { Queue } from "../listen/queue.ts";
import { RateLimit } from "../rate_limit.ts";
import { answerHandshake, refuse, type WebSocketServer } from "./answer.ts";
import { HeadStream } from "./head_stream.ts";

export { namesOfMachine } from "./trust.ts";

/** Ms that a client has for its whole request. */
const HANDSHAKE_TIMEOUT = 5_000;
/** Clients in their handshakes at a time; the next one takes the place of the oldest. */
const MAX_HANDSHAKES = 1024;
/** Those whose handshake is through, and whom nobody has taken yet; while there are so many nobody is accepted. */
const MAX_WAITING = 64;
/** Refused clients that are told of in a second. */
const MAX_ERRORS = 10;

/** A client in its handshake. */
interface Handshake {
  /** The client, for printing. */
  readonly peer: string;
  /** Cuts it off, and says why, if it is anybody's business. */
  cutOff(error?: Error): void;
}

/**
 * Takes connections from a listener, does their handshakes side by side, and hands over those that are WebSockets then. A
 * handshake that fails is answered, and thrown by `accept`, once.
 */
export function wrapWebSocket(listener: Listener, server: WebSocketServer): Listener {
  const clock = systemClock;
  const results = new Queue<DrainableConnection | Error>();
  /** Oldest first. */
  const handshakes = new Set<Handshake>();
  const errors = new RateLimit(MAX_ERRORS, clock);
  const tell = (error: Error) => {
    if (errors.allows()) results.put(error);
  };
  let accepting = false;
  let closed = false;

  function acceptNext(): void {
    if (closed || accepting || results.length >= MAX_WAITING) return;
    accepting = true;
    listener.accept().then((connection) => {
      accepting = false;
      if (!connection) return results.end();
      const [oldest] = handshakes;
      if (handshakes.size >= MAX_HANDSHAKES) oldest.cutOff(crowdedOut(oldest.peer));
      void shakeHands(connection);
      acceptNext();
    }, (error) => {
      // The next one is asked for only when somebody calls `accept` again.
      accepting = false;
      if (!closed) results.put(error);
    });
  }

  async function shakeHands(connection: DrainableConnection): Promise<void> {
    const peer = connection.peer.name;
    let isCutOff = false;
    const stream = new HeadStream(connection);
    const handshake: Handshake = {
      peer,
      cutOff(error) {
        isCutOff = true;
        timer.cancel();
        handshakes.delete(handshake);
        if (error) tell(error);
        connection.close();
      },
    };
    const timer = clock.after(HANDSHAKE_TIMEOUT, () => handshake.cutOff(tooLate(peer)));
    handshakes.add(handshake);
    try {
      const accepted = await answerHandshake(stream, server, clock);
      if (isCutOff) accepted.close();
      else results.put(accepted);
    } catch (error) {
      if (isCutOff) return;
      tell(
        error instanceof HttpError
          ? noHandshake(stream, error)
          : hasGone(error)
          ? left(peer)
          : error as Error,
      );
      if (error instanceof HttpError) await refuse(stream, error, clock);
      else connection.close();
    } finally {
      timer.cancel();
      handshakes.delete(handshake);
    }
  }

  acceptNext();
  return {
    sockets: listener.sockets,
    address: listener.address.replace(/^tcp:/, "ws:").replace(/^tls:/, "wss:"),
    async accept() {
      acceptNext();
      const result = await results.take();
      acceptNext();
      if (result instanceof Error) throw result;
      return result;
    },
    close() {
      if (closed) return;
      closed = true;
      listener.close();
      for (const handshake of handshakes) handshake.cutOff();
      results.end();
    },
  };
}

function tooLate(peer: string): PinwireError {
  return new PinwireError("timed_out", `${peer} has not finished the handshake of a WebSocket within 5 s`, {
    hint: "the other side has to begin, and to speak WebSocket: use ws:// on both sides or on none",
  });
}

function crowdedOut(peer: string): PinwireError {
  return new PinwireError(
    "timed_out",
    `${peer} was cut off: ${MAX_HANDSHAKES} others were in their handshakes`,
    { hint: "somebody may be opening connections without using them" },
  );
}

const left = (peer: string) =>
  new PinwireError("bad_handshake", `${peer} has gone before it asked for a WebSocket`);

/** That a client was refused, for the server's owner. */
function noHandshake({ connection: { peer }, isTls }: HeadStream, error: HttpError): PinwireError {
  const make = (message: string, hint?: string) =>
    new PinwireError("bad_handshake", message, { hint, cause: error });
  if (isTls) return make(`${peer.name} speaks TLS`, "use wss:// on both sides or on none");
  if (!error.isHttp) {
    return make(`${peer.name} does not speak WebSocket`, "use ws:// on both sides or on none");
  }
  return make(`${peer.name} was refused (${error.status}): ${error.message}`, error.hint);
}
