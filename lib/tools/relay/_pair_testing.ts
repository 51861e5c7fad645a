import { FakeClock, turn } from "../../app/_testing.ts";
import { type Connection, pipe, wrapConnection } from "../../net/mod.ts";
import { textOf, utf8 } from "./_flow_testing.ts";
import type { Direction, Disturbance } from "./disturbance.ts";
import { Pair, type PairOptions } from "./pair.ts";

/** One end of a relayed connection, as the program there sees it. */
export class FarEnd {
  /** What has come; behind it `$` for the end, or the code of the error that ended it. */
  seen = "";
  readonly ended: Promise<void>;
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
    this.ended = connection.receive((bytes) => void (this.seen += textOf(bytes)))
      .then(() => "$", (error) => ` ${error.code}`).then((end) => void (this.seen += end));
  }

  /** Writes, whether or not anybody takes it, and lets happen what can. */
  async send(text: string): Promise<void> {
    this.connection.write(utf8(text))?.catch(() => {});
    await turn();
  }
}

/** A pair between two pipes. */
export class PairWorld {
  readonly clock = new FakeClock();
  readonly client: FarEnd;
  readonly target: FarEnd;
  readonly pair: Pair;
  /** Who was closed in place of a reset. */
  readonly notReset: string[] = [];
  /** The relay's own ends: the client's, the target's. */
  readonly ends: [client: Connection, target: Connection];
  /** What it ended with: a code, or `undefined` if both sides ended. */
  readonly ended: Promise<string | undefined>;

  constructor(
    disturbances: Partial<Record<Direction, Disturbance>> = {},
    options: Partial<PairOptions> & { clientName?: string } = {},
  ) {
    const { hasResets = true, clientName = "client" } = options;
    const [farClient, client] = pipe({ first: { name: clientName } });
    const [farTarget, target] = pipe({ first: { name: "target" } });
    this.client = new FarEnd(farClient);
    this.target = new FarEnd(farTarget);
    const limited = (connection: Connection) =>
      hasResets ? connection : wrapConnection(connection, {
        reset() {
          connection.close();
          return false;
        },
      });
    this.ends = [limited(client), limited(target)];
    this.pair = new Pair({
      number: 1,
      client: this.ends[0],
      target: this.ends[1],
      disturbances: { up: {}, down: {}, ...disturbances },
      isDatagram: false,
      seed: 1,
      clock: this.clock,
      hasResets,
      notReset: ({ name }) => this.notReset.push(name),
      ...options,
    });
    this.ended = this.pair.run().then(() => undefined, (error) => error.code);
  }

  /** Lets happen what can within `ms`. */
  async pass(ms = 0): Promise<void> {
    await turn();
    // Whoever waits 0 ms may then wait once more.
    for (let step = -2; step <= ms; step++) {
      this.clock.pass(step > 0 ? 1 : 0);
      await turn();
    }
  }
}
