import { PinwireError } from "../errors.ts";
import { isPeerLocal, peerHost } from "../net/mod.ts";
import type { Connection } from "../net/mod.ts";
import type { Reporter } from "../app/mod.ts";

/** Connections that have proven nothing yet, at a time: they count apart from a server's clients. */
export const POOL = 256;
/** So many ms they have. */
const TIME = 5_000;
/** A wrong proof is answered after so many ms, doubled with each more from that address up to the last. */
const FIRST_DELAY = 500;
const LAST_DELAY = 4_000;
/** So many wrong proofs from one address keep it out for so many ms. */
const ATTEMPTS = 5;
const BAN = 60_000;
/** Addresses that are remembered for their wrong proofs. */
const ADDRESSES = 4_096;

/** A connection's stay before it has proven that it knows the token. */
export interface PendingClient {
  /** It has proven it: from now on it is a client like any other; false if there are too many of them. */
  passed(): boolean;
  /** Its proof was wrong: done when it has been made to wait for the answer. */
  failed(): Promise<void>;
  /** It has gone. */
  left(): void;
}

/**
 * Where clients of a server with a token wait until they have proven that they know it: few at a time, not for
 * long, the oldest goes first. Who is wrong is slowed, and after some attempts kept out, address by address; on
 * loopback connection by connection, since everybody there has the same address.
 */
export class AdmissionControl {
  #reporter: Reporter;
  #now: () => number;
  #maxClients: number;
  #passed = 0;
  #waiting = new Set<Connection>();
  #failures = new Map<string, { count: number; at: number }>();
  #isFull = false;

  /**
   * @param maxClients the limit for those that have passed
   * @param now the time in ms
   */
  constructor(reporter: Reporter, maxClients: number, now: () => number = () => performance.now()) {
    this.#reporter = reporter;
    this.#maxClients = maxClients;
    this.#now = now;
  }

  /**
   * Lets a connection wait. It is closed when its time is up, or when others come and it is the oldest.
   *
   * @throws {PinwireError} `kept_out` for an address with too many wrong proofs
   */
  enter(connection: Connection): PendingClient {
    const { local, remote } = connection;
    const host = peerHost(remote);
    // Everybody on this machine has the same address, whichever of its own was dialled.
    const address = isPeerLocal(remote) || host === peerHost(local) ? undefined : host;
    if (this.#isKeptOut(address)) {
      throw new PinwireError("kept_out", `${address} has given too many wrong proofs`, {
        hint: "it may try again in a minute",
      });
    }
    this.#makeRoom();
    this.#waiting.add(connection);
    const timer = setTimeout(() => connection.close(), TIME);
    const leaveWaiting = () => {
      clearTimeout(timer);
      this.#waiting.delete(connection);
      if (this.#waiting.size < POOL / 2) this.#isFull = false;
    };
    let hasPassed = false;
    return {
      passed: () => {
        leaveWaiting();
        if (address !== undefined) this.#failures.delete(address);
        hasPassed = this.#passed < this.#maxClients;
        if (hasPassed) this.#passed++;
        return hasPassed;
      },
      failed: () => this.#slow(address),
      left: () => {
        leaveWaiting();
        if (hasPassed) this.#passed--;
        hasPassed = false;
      },
    };
  }

  #makeRoom(): void {
    if (this.#waiting.size < POOL) return;
    const [oldest] = this.#waiting;
    this.#waiting.delete(oldest);
    oldest.close();
    // A crowd is told of once.
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
    return failures !== undefined && failures.count >= ATTEMPTS && this.#now() - failures.at < BAN;
  }

  async #slow(address: string | undefined): Promise<void> {
    const before = address === undefined ? undefined : this.#failures.get(address);
    const isOld = before !== undefined && this.#now() - before.at >= BAN;
    const count = (isOld ? 0 : before?.count ?? 0) + 1;
    if (address !== undefined) {
      this.#failures.delete(address);
      this.#failures.set(address, { count, at: this.#now() });
      const [oldest] = this.#failures.keys();
      if (this.#failures.size > ADDRESSES) this.#failures.delete(oldest);
    }
    const delay = Math.min(FIRST_DELAY * 2 ** (count - 1), LAST_DELAY);
    await new Promise((resolve) => setTimeout(resolve, delay));
  }
}
