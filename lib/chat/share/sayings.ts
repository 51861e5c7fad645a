import type { DelayQueue } from "../../session/mod.ts";
import type { Member } from "../rooms/room.ts";
import type { Outcome, Spoken } from "../rooms/store.ts";
import { KEPT_LINES, KEPT_NUMBER, logKey, roomKey, saidKey, SAY } from "./keys.ts";
import { isLost, type StoreClient } from "./link.ts";
import { printLine } from "./lines.ts";
import type { StoredRoom } from "./stored_rooms.ts";

/** A line that was given to the store, and has not come back in its room's stream yet. */
interface Saying {
  /** Ours, by which the store knows whether it was said already. */
  number: number;
  readonly stored: StoredRoom;
  readonly line: Spoken;
  readonly speaker: Member;
  /** Whether the speaker waits for what becomes of it. */
  isWaiting: boolean;
  isAnswered: boolean;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  readonly onLate: () => void;
}

/** What a {@linkcode Sayings} needs of those around it. */
export interface SayingsOptions {
  /** Our name in the store. */
  server: string;
  /** Ends the patience of speakers. */
  patience: DelayQueue;
  /** Begins the new log of a room. */
  look(stored: StoredRoom, client: StoreClient): Promise<void>;
  /** What a speaker is told of what the store refuses. */
  blame(error: unknown): unknown;
  /** A speaker is told that the store is away. */
  away(): void;
}

/**
 * The lines on their way into the store. Each has a number of ours: one whose answer a lost link has taken is said again
 * when the store is back, and the store says it once.
 */
export class Sayings {
  #options: SayingsOptions;
  #sayings = new Map<number, Saying>();
  #last = 0;

  constructor(options: SayingsOptions) {
    this.#options = options;
  }

  /** Whether the store has left a line unanswered for longer than a speaker waits. */
  get isStuck(): boolean {
    const [oldest] = this.#sayings.values();
    return oldest !== undefined && !oldest.isWaiting && !oldest.isAnswered;
  }

  /** Whether lines of this room are on their way. */
  isOnItsWayTo(stored: StoredRoom): boolean {
    return this.#sayings.values().some((saying) => saying.stored === stored);
  }

  /**
   * Says a line.
   *
   * @returns what becomes of it; nothing if that is not known in time
   * @throws {PinwireError} what the store refuses
   */
  say(client: StoreClient, stored: StoredRoom, line: Spoken, speaker: Member): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const onLate = () => this.#onLate(saying);
    const saying: Saying = {
      ...{ number: ++this.#last, stored, line, speaker, resolve, reject, onLate },
      ...{ isWaiting: true, isAnswered: false },
    };
    this.#sayings.set(saying.number, saying);
    this.#options.patience.start(onLate);
    void this.#ask(saying, client);
    return promise;
  }

  /** The link is lost: speakers wait no longer. */
  lose(): void {
    for (const saying of this.#sayings.values()) {
      saying.isAnswered = false;
      if (saying.isWaiting) this.#onLate(saying);
    }
  }

  /** Says again what has no answer. All go out before the first answer comes: the store takes no number below another. */
  async sayAgain(client: StoreClient): Promise<void> {
    await Promise.all([...this.#sayings.values()].map((saying) => this.#ask(saying, client)));
  }

  /** A room has lost its log, and with it lines that have not come back yet: they are said in the new one. */
  async sayAnew(stored: StoredRoom, client: StoreClient): Promise<void> {
    const lost = [...this.#sayings.values()].filter((one) => one.stored === stored && one.isAnswered);
    await Promise.all(lost.map((saying) => this.#askAnew(saying, client)));
  }

  /**
   * A line of ours has come back.
   *
   * @param number ours
   * @returns the speaker, if it still waits, and what tells it
   */
  settle(number: number): { speaker?: Member; told(): void } | undefined {
    const saying = this.#sayings.get(number);
    if (!saying) return undefined;
    this.#forget(saying);
    const { isWaiting, speaker, resolve } = saying;
    return { ...isWaiting && { speaker }, told: () => resolve("said") };
  }

  async #ask(saying: Saying, client: StoreClient): Promise<void> {
    const { server, look } = this.#options;
    const { stored, line, number } = saying;
    const { room, log } = stored;
    try {
      const answer = await client.call(
        ...["EVAL", SAY, 3, roomKey(room.name), logKey(room.name), saidKey(server)],
        ...[log, number, KEPT_NUMBER, KEPT_LINES, ...printLine(room.name, line, server, number)],
      );
      saying.isAnswered = answer !== -1;
      if (saying.isAnswered) return;
      await look(stored, client);
    } catch (error) {
      if (!isLost(error)) this.#refuse(saying, error);
      return;
    }
    await this.#askAnew(saying, client);
  }

  /** For a line that was surely not said. Numbers that came later may have been: the store takes none below. */
  async #askAnew(saying: Saying, client: StoreClient): Promise<void> {
    this.#sayings.delete(saying.number);
    saying.number = ++this.#last;
    saying.isAnswered = false;
    this.#sayings.set(saying.number, saying);
    await this.#ask(saying, client);
  }

  #refuse(saying: Saying, error: unknown): void {
    this.#forget(saying);
    const blamed = this.#options.blame(error);
    if (saying.isWaiting) saying.reject(blamed);
    else saying.speaker.tell(`* "${saying.line.text}" was not told: say it again`);
  }

  #onLate(saying: Saying): void {
    this.#options.patience.cancel(saying.onLate);
    saying.isWaiting = false;
    this.#options.away();
    saying.speaker.tell(
      `* the store of this chat is away: "${saying.line.text}" is told when it is back, to you too`,
    );
    saying.resolve(undefined);
  }

  #forget(saying: Saying): void {
    this.#options.patience.cancel(saying.onLate);
    this.#sayings.delete(saying.number);
  }
}
