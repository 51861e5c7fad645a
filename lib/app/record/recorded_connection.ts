import type { Codec } from "../../framing/mod.ts";
import {
  type Connection,
  type DrainableConnection,
  hasGone,
  type ReadOptions,
  type Sink,
  wrapConnection,
} from "../../net/mod.ts";
import { FrameBorders } from "../trace/borders.ts";
import type { Recording } from "./recording.ts";
import type { Role, TcpConversation } from "./tcp_conversation.ts";

/** What names the frames of each direction. */
export interface RecordCodecs {
  read: Codec;
  write: Codec;
}

/** Our end of a connection, as it is recorded. */
export class RecordedEnd {
  #recording: Recording;
  #conversation: TcpConversation;
  #ours: Role;
  #theirs: Role;
  #incoming: FrameBorders;
  #outgoing: FrameBorders;

  /** @param areMessages whether each read, and write, is a message of a WebSocket */
  constructor(
    recording: Recording,
    conversation: TcpConversation,
    ours: Role,
    codecs: RecordCodecs,
    areMessages: boolean,
  ) {
    this.#recording = recording;
    this.#conversation = conversation;
    this.#ours = ours;
    this.#theirs = ours === "client" ? "server" : "client";
    this.#incoming = new FrameBorders(codecs.read, { areMessages });
    this.#outgoing = new FrameBorders(codecs.write, { areWhole: true, areMessages });
  }

  read(bytes: Uint8Array): void {
    this.#data(this.#theirs, this.#incoming, bytes);
  }

  wrote(bytes: Uint8Array): void {
    this.#data(this.#ours, this.#outgoing, bytes);
  }

  /** The other end has ended its sending side. */
  peerEnded(): void {
    this.#finish(this.#theirs, this.#incoming);
  }

  peerReset(): void {
    this.#conversation.reset(this.#theirs);
  }

  /** We have ended our sending side. */
  ended(): void {
    this.#finish(this.#ours, this.#outgoing);
  }

  closed(): void {
    this.#conversation.close(this.#ours);
  }

  reset(): void {
    this.#conversation.reset(this.#ours);
  }

  /** If the recording is slow, done when it has caught up. */
  drained(): Promise<void> | undefined {
    return this.#recording.drained();
  }

  #data(from: Role, borders: FrameBorders, bytes: Uint8Array): void {
    if (this.#recording.hasEnded) return;
    const time = this.#recording.time();
    const { paused, segments, errors } = borders.take(bytes, time / 1000);
    const notes = errors.map(({ message }) => message);
    if (paused !== undefined) notes.unshift(`frame ${paused} was ended by the pause before this`);
    this.#conversation.data(from, bytes, segments, notes, time);
  }

  #finish(from: Role, borders: FrameBorders): void {
    if (this.#recording.hasEnded) return;
    const { ended, errors } = borders.end();
    const notes = errors.map(({ message }) => message);
    if (ended !== undefined) notes.unshift(`frame ${ended} was ended by the end of the stream`);
    this.#conversation.finish(from, notes);
  }
}

/** The same connection, of which all that crosses it is recorded. */
export function recordConnection(connection: Connection, end: RecordedEnd): Connection {
  return wrapConnection(connection, recorded(connection, end));
}

/** The same of one that can wait for its writes. */
export function recordDrainable(connection: DrainableConnection, end: RecordedEnd): DrainableConnection {
  const changes = recorded(connection, end);
  let isReceiving = false;
  let isLeaving = false;
  return wrapConnection(connection, {
    ...changes,
    async receive(sink: Sink, options?: ReadOptions): Promise<void> {
      isReceiving = true;
      await changes.receive(sink, options, () => isLeaving).finally(() => isReceiving = false);
    },
    closeWhenIdle(): void {
      isLeaving = true;
      if (!isReceiving) end.closed();
      connection.closeWhenIdle();
    },
  });
}

function recorded(connection: Connection, end: RecordedEnd) {
  /** What whoever takes the reads has thrown: that is about a connection of its own. */
  let thrown: unknown;

  function failed(error: unknown): never {
    if (hasGone(error) && error !== thrown) end.peerReset();
    throw error;
  }

  async function handOn(bytes: Uint8Array, sink: Sink): Promise<void> {
    try {
      const drained = end.drained();
      if (drained) await drained;
      await sink(bytes);
    } catch (error) {
      thrown = error;
      throw error;
    }
  }

  return {
    /** @param isOurs whether it is we who end it */
    async receive(sink: Sink, options?: ReadOptions, isOurs?: () => boolean): Promise<void> {
      try {
        await connection.receive((bytes) => {
          end.read(bytes);
          return handOn(bytes, sink);
        }, options);
      } catch (error) {
        failed(error);
      }
      if (isOurs?.()) end.closed();
      else end.peerEnded();
    },
    write(bytes: Uint8Array): Promise<void> | undefined {
      end.wrote(bytes);
      const drained = end.drained();
      const written = connection.write(bytes)?.catch(failed);
      return drained ? Promise.all([drained, written]).then(() => {}) : written;
    },
    closeWrite(): Promise<void> {
      end.ended();
      return connection.closeWrite();
    },
    close(reason?: unknown): void {
      end.closed();
      connection.close(reason);
    },
    reset(): boolean {
      const isReset = connection.reset();
      if (isReset) end.reset();
      else end.closed();
      return isReset;
    },
  };
}
