import { PinwireError } from "../errors.ts";
import type { Reporter } from "../app/mod.ts";
import { type Clock, type Connection, type Peer, sleep } from "../net/mod.ts";
import { LruMap } from "./lru_map.ts";

/** Connections that have proven nothing yet, at a time: they count apart from a server's clients. */
export const POOL = 256;
/** Ms that they have for it. */
const TIME = 5_000;
/** Ms before a wrong proof is answered; each further one from that address doubles it, up to the second. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 4_000;
/** Wrong proofs that keep an address out, and for how many ms. */
const ATTEMPTS = 5;
const BAN = 60_000;
/** Addresses whose wrong proofs are remembered. */
const ADDRESSES = 4_096;

/** A connection before it has proven that it knows the token. */
export interface PendingClient {
  /** Why it is kept out: its address has given too many wrong proofs. */
  readonly refusal?: PinwireError;
  /** It has proven it: from now on it is a client like any other. False if there are too many of them. */
  admit(): boolean;
  /** Its proof was wrong: done when it has been made to wait for the answer. */
  failed(): Promise<void>;
}

/**
 * Where clients of a server with a token wait until they have proven that they know it: few at a time, not for long, and
 * the oldest goes first. Who is wrong is slowed down, and kept out after some attempts: counted by address, and on this
 * machine, where all have the same address, by connection.
 */
export class AdmissionControl {
  /** How many may wait, besides those that are admitted. */
  readonly pool = POOL;
  #reporter: Reporter;
  #clock: Clock;
  #maxClients: number;
  #admitted = 0;
  #waiting = new Set<Connection>();
  #failures = new LruMap<string, { count: number; at: number }>(ADDRESSES);
  #isFull = false;

  /** @param maxClients how many may be admitted at a time */
  constructor(reporter: Reporter, maxClients: number, clock: Clock) {
    this.#reporter = reporter;
    this.#maxClients = maxClients;
    this.#clock = clock;
  }

  /** Lets a connection wait. It is closed when its time is up, or when others come and it is the oldest. */
  enter(connection: Connection): PendingClient & { left(): void } {
    const address = countedAs(connection);
    if (this.#isKeptOut(address)) {
      const refusal = new PinwireError("kept_out", `${address} has given too many wrong proofs`, {
        hint: "it may try again in a minute",
      });
      return { refusal, admit: () => false, failed: () => Promise.resolve(), left() {} };
    }
    this.#makeRoom();
    this.#waiting.add(connection);
    const timer = this.#clock.after(TIME, () => connection.close());
    const leaveWaiting = () => {
      timer.cancel();
      this.#waiting.delete(connection);
      if (this.#waiting.size < POOL / 2) this.#isFull = false;
    };
    let isAdmitted = false;
    return {
      admit: () => {
        leaveWaiting();
        if (address !== undefined) this.#failures.delete(address);
        isAdmitted = this.#admitted < this.#maxClients;
        if (isAdmitted) this.#admitted++;
        return isAdmitted;
      },
      failed: () => this.#slow(address),
      left: () => {
        leaveWaiting();
        if (isAdmitted) this.#admitted--;
        isAdmitted = false;
      },
    };
  }

  #makeRoom(): void {
    if (this.#waiting.size < POOL) return;
    const [oldest] = this.#waiting;
    this.#waiting.delete(oldest);
    oldest.close();
    // A crowd is reported once.
    if (!this.#isFull) {
      this.#reporter.error(
        new PinwireError("too_many_unproven", `more than ${POOL} connections have proven nothing yet`, {
          hint: "the oldest ones are closed",
        }),
      );
    }
    this.#isFull = true;
  }

  #isKeptOut(address: string | undefined): boolean {
    const failures = address === undefined ? undefined : this.#failures.get(address);
    return failures !== undefined && failures.count >= ATTEMPTS && this.#clock.now() - failures.at < BAN;
  }

  async #slow(address: string | undefined): Promise<void> {
    const now = this.#clock.now();
    const before = address === undefined ? undefined : this.#failures.get(address);
    const isOld = before !== undefined && now - before.at >= BAN;
    const count = (isOld ? 0 : before?.count ?? 0) + 1;
    if (address !== undefined) {
      this.#failures.set(address, { count, at: now });
    }
    const delay = Math.min(FIRST_DELAY * 2 ** (count - 1), LONGEST_DELAY);
    await sleep(delay, this.#clock);
  }
}

/**
 * What a peer's wrong proofs are counted under: nothing for one on this machine, whichever of its addresses was dialled.
 * All peers from elsewhere whose carrier tells no address count as one.
 */
function countedAs({ local, peer }: { local: { host?: string }; peer: Peer }): string | undefined {
  if (peer.isLocal || peer.host !== undefined && peer.host === local.host) return undefined;
  return peer.host ?? peer.scheme;
}
