import type { Context } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { hasGone, pause, withTimeout } from "../../net/mod.ts";
import { dumpBoth, firstDifference } from "./difference.ts";
import { count, gapOf, Missing } from "./missing.ts";
import type { Partner } from "./partner.ts";
import type { Act, Step } from "./steps.ts";

/** How a side is played. */
export interface PlayOptions {
  /** Ms that it waits for what was recorded, each time as long as nothing comes. */
  wait: number;
  /** `1`: what is said takes as long to come as in the recording; `max`: no time. */
  speed: "1" | "max";
}

/** The least time in ms that is worth a timer. */
const MIN_PAUSE = 1;
/** The least time in ms for a write: without any, nothing could be said. */
const MIN_WRITE_TIME = 1_000;
/** Bytes of a gap that are awaited at a time. */
const GAP_PART = 65_536;

/**
 * Plays one side of a conversation: says what it said once the other has said as much as it had before. Does not close
 * what it plays over.
 */
export class Player {
  readonly #partner: Partner;
  readonly #options: PlayOptions;
  readonly #context: Pick<Context, "clock" | "reporter" | "stop">;
  /** What the times of the recording are counted from. */
  #anchor?: { time: bigint; at: number };
  /** Bytes, or datagrams, that were said of each side in the recording up to here. */
  #own = 0;
  #other = 0;
  #missing: Missing;
  /** Whether it said nothing but what was recorded. */
  #isAsRecorded = true;
  /** Whether a byte of it was another. */
  #hasDiffered = false;
  /** Whether we have cut it off. */
  #isCut = false;
  /** Bytes of ours that the other side didn't take. */
  #unsaid = 0;

  constructor(
    partner: Partner,
    options: PlayOptions,
    context: Pick<Context, "clock" | "reporter" | "stop">,
  ) {
    this.#partner = partner;
    this.#options = options;
    this.#context = context;
    this.#missing = new Missing(partner);
  }

  /**
   * Plays all steps.
   *
   * @throws {CaptureError} behind the last step before a damaged place; {@linkcode PinwireError} why something couldn't be
   * sent, if that is not that the other side has gone
   * @returns whether the other side said what was recorded
   */
  async play(steps: AsyncIterable<Step>): Promise<boolean> {
    const { clock, stop } = this.#context;
    try {
      for await (const { isOwn, time, act } of steps) {
        if (stop.signal.aborted) return this.#isAsRecorded;
        if (act.kind === "open") this.#anchor = time === undefined ? undefined : { time, at: clock.now() };
        else if (isOwn) await this.#act(act, time);
        else await this.#expect(act, time);
      }
    } finally {
      if (!stop.signal.aborted) this.#finish();
    }
    return this.#isAsRecorded;
  }

  async #act(act: Act, time?: bigint): Promise<void> {
    if (act.kind === "gap") return this.#lack(act.length, true);
    this.#settle();
    await this.#pauseUntil(time);
    if (this.#context.stop.signal.aborted) return;
    if (act.kind === "data") await this.#say(act);
    else if (act.kind === "reset") this.#cut();
    // What waits to be sent would hold the end up.
    else if (!this.#unsaid) await this.#partner.end().catch(ignoreGone);
  }

  #cut(): void {
    this.#isCut = true;
    this.#partner.reset();
  }

  async #say({ bytes, lacking }: Act & { kind: "data" }): Promise<void> {
    const { isDatagram } = this.#partner;
    if (this.#unsaid > 0 || !await this.#isTaken(bytes)) this.#unsaid += bytes.length;
    this.#own += isDatagram ? 1 : bytes.length;
    if (lacking) this.#lack(lacking, true);
  }

  /** Says something; tells whether the other side, or the system for it, took it in time. */
  async #isTaken(bytes: Uint8Array): Promise<boolean> {
    const time = Math.max(this.#options.wait, MIN_WRITE_TIME);
    try {
      return await withTimeout(time, this.#partner.say(bytes), this.#context.clock);
    } catch (error) {
      if (!hasGone(error)) throw error;
      return false;
    }
  }

  async #expect(act: Act, time?: bigint): Promise<void> {
    const { inbox, isDatagram } = this.#partner;
    const { wait } = this.#options;
    if (act.kind === "data") {
      await (isDatagram ? this.#expectDatagram(act) : this.#expectBytes(act.bytes));
      if (act.lacking) this.#lack(act.lacking, false);
    } else if (act.kind === "gap") {
      for (let left = act.length, part; left > 0; left -= part) {
        // A capture can claim gigabytes at a time; once there was silence no part of them is waited for.
        part = this.#missing.isSilent ? left : Math.min(left, GAP_PART);
        await this.#hear(part);
      }
      this.#lack(act.length, false);
    } else {
      if (act.kind === "reset") this.#unsaid = 0;
      const { isSilent } = this.#missing;
      this.#settle();
      if (!await inbox.ended(isSilent ? 0 : wait)) {
        if (this.#context.stop.signal.aborted) return;
        this.#tell(this.#missing.end(wait));
      }
    }
    if (time !== undefined) this.#anchor = { time, at: this.#context.clock.now() };
  }

  async #expectBytes(recorded: Uint8Array): Promise<void> {
    const offset = this.#other;
    const heard = await this.#hear(recorded.length);
    this.#other += recorded.length;
    const at = firstDifference(recorded.subarray(0, heard.length), heard);
    if (at >= 0) this.#differ(recorded, heard, at, offset, `at byte ${offset + at}`);
  }

  async #expectDatagram({ bytes: recorded, lacking }: Act & { kind: "data" }): Promise<void> {
    const heard = await this.#partner.inbox.datagram(this.#missing.isSilent ? 0 : this.#options.wait);
    const number = ++this.#other;
    if (!heard) return this.#missing.add(number - 1, 1, 1);
    this.#missing.add(number - 1, 1, 0);
    // What was not recorded of a datagram can't be compared.
    const known = lacking ? heard.subarray(0, recorded.length) : heard;
    const at = firstDifference(recorded, known);
    if (at >= 0) this.#differ(recorded, known, at, 0, `at byte ${at} of datagram ${number}`);
  }

  /** What the other side says of the next `length` bytes; counts what is missing. */
  async #hear(length: number): Promise<Uint8Array> {
    const { inbox } = this.#partner;
    const heard = await inbox.bytes(length, this.#missing.isSilent ? 0 : this.#options.wait);
    this.#missing.add(this.#other, length, length - heard.length);
    return heard;
  }

  /** What was recorded as said by now and didn't come is told, once a turn. */
  #settle(): void {
    if (this.#missing.isSilent && !this.#context.stop.signal.aborted) {
      this.#tell(this.#missing.sentence(this.#options.wait));
    }
    this.#missing.clear();
  }

  /** The recording lacks something, which is no fault of the other side's. */
  #lack(length: number, isOwn: boolean): void {
    const { isDatagram } = this.#partner;
    this.#context.reporter.error(gapOf(length, isOwn ? this.#own : this.#other, isOwn, isDatagram));
    if (isDatagram) return;
    if (isOwn) this.#own += length;
    else this.#other += length;
  }

  #differ(recorded: Uint8Array, heard: Uint8Array, at: number, offset: number, place: string): void {
    // Behind the first difference nothing need be where it was.
    if (this.#hasDiffered) return;
    this.#hasDiffered = true;
    const { reporter } = this.#context;
    this.#tell(
      new PinwireError("differs", `${this.#partner.name} says something else than recorded, ${place}`, {
        hint: "compare the two dumps; --ignore-difference lets it pass",
      }),
    );
    reporter.note(dumpBoth(recorded, heard, at, offset));
  }

  #tell(error: PinwireError): void {
    this.#isAsRecorded = false;
    this.#context.reporter.error(error, this.#partner.name);
  }

  #finish(): void {
    this.#settle();
    const { inbox, name, isDatagram } = this.#partner;
    if (this.#unsaid) {
      this.#tell(
        new PinwireError("connection_closed", `${name} did not take ${count(this.#unsaid, "byte")} of ours`, {
          hint: inbox.hasEnded
            ? "it has gone earlier than in the recording"
            : "it does not read them; wait longer with --wait if it needs that",
        }),
      );
    }
    const more = isDatagram ? inbox.count : inbox.size;
    if (more && !this.#hasDiffered && !this.#isCut) this.#tellMore(more);
  }

  #tellMore(more: number): void {
    const { inbox, name, isDatagram } = this.#partner;
    const place = isDatagram ? `behind datagram ${this.#other}` : `at byte ${this.#other}`;
    this.#tell(
      new PinwireError(
        "differs",
        `${name} says ${count(more, isDatagram ? "datagram" : "byte")} more than recorded, ${place}`,
        { hint: "compare the two dumps; --ignore-difference lets it pass" },
      ),
    );
    const heard = inbox.peek();
    this.#context.reporter.note(dumpBoth(new Uint8Array(), heard, 0, isDatagram ? 0 : this.#other));
  }

  async #pauseUntil(time?: bigint): Promise<void> {
    const { clock, stop } = this.#context;
    if (time === undefined) return;
    this.#anchor ??= { time, at: clock.now() };
    if (this.#options.speed === "max") return;
    const { time: from, at } = this.#anchor;
    const left = at + Number(time - from) / 1e6 - clock.now();
    if (left >= MIN_PAUSE) await pause(left, stop.signal, clock);
  }
}

function ignoreGone(error: unknown): void {
  if (!hasGone(error)) throw error;
}
