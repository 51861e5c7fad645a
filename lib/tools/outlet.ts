import { type Context, FrameErrors, messageEvent, showText } from "../app/mod.ts";
import { type Decoder, parseSpec, receiveFrames } from "../framing/mod.ts";
import type { Connection } from "../net/mod.ts";
import type { ExactOutput } from "./stdio.ts";
import { ShownText } from "./shown_text.ts";

/** Where goes what a peer of `connect` or `listen` says. */
export interface Outlet {
  /**
   * Takes all that comes over a stream, until its end.
   *
   * @param decoder cuts it, where it is to be cut into messages
   */
  stream(connection: Connection, decoder: Decoder | undefined): Promise<void>;
  /** Takes one datagram. */
  datagram(body: Uint8Array, peer: string): Promise<void> | void;
}

/** The bytes that come, to stdout as they are. */
export function exactOutlet(output: ExactOutput): Outlet {
  return {
    stream: (connection) => connection.receive((bytes) => output.write(bytes)),
    datagram: (body) => output.write(body),
  };
}

/** How text is shown: a line above the one being typed, or as it is where nobody types. */
export type Show = { line(text: string): void; text(text: string): void };

/** What comes as text: in `message` events, or shown on a terminal. A read is shown as it comes, whatever it ends in. */
export function textOutlet(context: Context, show: Show | undefined): Outlet {
  const { reporter, encoding, clock } = context;

  function message(peer: string, bytes: Uint8Array, decoded: { text: string; valid: boolean }): void {
    const event = messageEvent(peer, bytes, decoded);
    if (show) show.line(showText(event));
    else reporter.report(event);
    if (!decoded.valid) reporter.undecodable(bytes, peer, encoding);
  }

  function pieces(peer: string) {
    const decoder = encoding.stream();
    const shown = new ShownText();
    return {
      next(bytes: Uint8Array): void {
        const decoded = decoder.decode(bytes);
        if (!show) return message(peer, bytes, decoded);
        show.text(shown.next(decoded.text));
        if (!decoded.valid) reporter.undecodable(bytes, peer, encoding);
      },
      end: () => show?.text(shown.next(decoder.end().text) + shown.end()),
    };
  }

  return {
    async stream(connection, decoder) {
      const { name: peer } = connection.peer;
      const errors = new FrameErrors(reporter, peer, clock);
      const reads = decoder ? undefined : pieces(peer);
      try {
        await receiveFrames(connection, decoder ?? parseSpec("raw").open().decoder, {
          onFrame: (body) => reads ? reads.next(body) : message(peer, body, encoding.decode(body)),
          onBatch: () => reporter.drained() ?? errors.turn(),
          onError: (error) => errors.report(error),
          clock,
        });
      } finally {
        reads?.end();
        errors.close();
      }
    },
    datagram(body, peer) {
      message(peer, body, encoding.decode(body));
      return reporter.drained();
    },
  };
}
