import { utf8 } from "./_testing.ts";
import { type FrameHandler, receiveFrames } from "./receive.ts";
import { textCodec } from "./codecs/text.ts";
import type { TextForm } from "./types.ts";

/** A peer that a test plays, whose bytes are cut by `text`. */
export class Peer {
  readonly received: Promise<void>;
  #sink!: (bytes: Uint8Array) => Promise<void> | void;
  #outcome = Promise.withResolvers<void>();

  constructor(handler: FrameHandler, form?: TextForm) {
    const source = {
      receive: (sink: (bytes: Uint8Array) => Promise<void> | void) => {
        this.#sink = sink;
        return this.#outcome.promise;
      },
    };
    this.received = receiveFrames(source, textCodec(100, 20, form).open().decoder, handler);
    this.received.catch(() => {});
  }

  /** A read of `text`; what the sink throws ends the source, as it does a connection. */
  async send(text: string): Promise<void> {
    try {
      await this.#sink(utf8(text));
    } catch (error) {
      this.#outcome.reject(error);
    }
  }

  end(): Promise<void> {
    this.#outcome.resolve();
    return this.received;
  }

  fail(error: Error): void {
    this.#outcome.reject(error);
  }
}
