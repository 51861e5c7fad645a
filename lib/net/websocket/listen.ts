import { PinwireError } from "../../errors.ts";
import { HttpError } from "../../framing/http/mod.ts";
import { systemClock } from "../clock.ts";
import type { DrainableConnection } from "../connection.ts";
import { hasGone } from "../io_errors.ts";
import type { Listener } from "../listener.ts";
import { Handshakes } from "../listen/handshakes.ts";
import { Queue } from "../listen/queue.ts";
import { answerHandshake, refuse, type WebSocketServer } from "./answer.ts";
import { HeadStream } from "./head_stream.ts";

export { namesOfMachine } from "./trust.ts";

/** Those whose handshake is through, and whom nobody has taken yet; while there are so many nobody is accepted. */
const MAX_WAITING = 64;

const WORDS = {
  one: "the handshake of a WebSocket",
  theirs: "their handshakes",
  hint: "the other side has to begin, and to speak WebSocket: use ws:// on both sides or on none",
};

/**
 * Takes connections from a listener, does their handshakes side by side, and hands over those that are WebSockets then. A
 * handshake that fails is answered, and thrown by `accept`, once.
 */
export function wrapWebSocket(listener: Listener, server: WebSocketServer): Listener {
  const clock = systemClock;
  const results = new Queue<DrainableConnection | Error>();
  const handshakes = new Handshakes(WORDS, (error) => results.put(error));
  let accepting = false;
  let closed = false;

  function acceptNext(): void {
    if (closed || accepting || results.length >= MAX_WAITING) return;
    accepting = true;
    listener.accept().then((connection) => {
      accepting = false;
      if (!connection) return results.end();
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
    const stream = new HeadStream(connection);
    const handshake = handshakes.begin(peer, () => connection.close());
    try {
      const accepted = await answerHandshake(stream, server, clock);
      if (handshake.isCutOff) accepted.close();
      else results.put(accepted);
    } catch (error) {
      if (handshake.isCutOff) return;
      handshakes.tell(
        error instanceof HttpError
          ? noHandshake(stream, error)
          : hasGone(error)
          ? left(peer)
          : error as Error,
      );
      if (error instanceof HttpError) await refuse(stream, error, clock);
      else connection.close();
    } finally {
      handshake.end();
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
      handshakes.cutOff();
      results.end();
    },
  };
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
