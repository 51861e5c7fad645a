import { concat } from "@std/bytes/concat";
import type { StreamPiece } from "../../packet/mod.ts";

/** What one side did, in the order of the recording. */
export interface Step {
  /** Whether it is the side that is played. */
  isOwn: boolean;
  /** When, in ns since 1970, if the recording says so. */
  time?: bigint;
  act: Act;
}

/** What a side can do. */
export type Act =
  | { kind: "open" }
  /** Bytes that went out at once; of a datagram that was not recorded whole, `lacking` bytes follow them. */
  | { kind: "data"; bytes: Uint8Array; lacking: number }
  /** Bytes that went out and were not recorded. */
  | { kind: "gap"; length: number }
  | { kind: "close" }
  | { kind: "reset" };

/** Bytes that one step has at most, unless a single packet has more. */
const MAX_STEP = 65_536;

/**
 * Makes steps of the pieces of one stream. What a side of a connection sent at the same time is one step, as a recording
 * cuts what was read at once into segments; a datagram is one step of its own. The bytes of a piece must stay as they are
 * until its step was given.
 */
export class StepBuilder {
  readonly #isClient: boolean;
  /** Pieces that are to be one step. */
  #held: (StreamPiece & { kind: "data" })[] = [];
  #size = 0;
  #lacking = 0;

  /** @param isClient whether the side that is played is the client's */
  constructor(isClient: boolean) {
    this.#isClient = isClient;
  }

  /** Takes the next piece; gives the steps that are whole now. */
  add(piece: StreamPiece): Step[] {
    if (piece.kind === "data") {
      const whole = this.#continues(piece) ? [] : this.end();
      this.#held.push(piece);
      this.#size += piece.bytes.length;
      return whole;
    }
    if (piece.kind === "gap" && piece.stream.protocol === "udp") {
      this.#lacking = piece.length;
      return this.end();
    }
    const { isFromClient, time } = piece;
    const act: Act = piece.kind === "gap" ? { kind: "gap", length: piece.length } : { kind: piece.kind };
    return [...this.end(), { isOwn: isFromClient === this.#isClient, time, act }];
  }

  /** No more pieces come: gives what is left. */
  end(): Step[] {
    const [first] = this.#held;
    if (!first) return [];
    const bytes = this.#held.length === 1 ? first.bytes : concat(this.#held.map(({ bytes }) => bytes));
    const act: Act = { kind: "data", bytes, lacking: this.#lacking };
    this.#held = [];
    this.#size = this.#lacking = 0;
    return [{ isOwn: first.isFromClient === this.#isClient, time: first.time, act }];
  }

  #continues({ stream, isFromClient, time, bytes }: StreamPiece & { kind: "data" }): boolean {
    const last = this.#held.at(-1);
    return last !== undefined && stream.protocol === "tcp" && time !== undefined && time === last.time &&
      isFromClient === last.isFromClient && this.#size + bytes.length <= MAX_STEP;
  }
}
