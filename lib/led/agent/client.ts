import type { Context } from "../../app/mod.ts";
import { type Address, type Connection, type DialOptions, hasGone, withTimeout } from "../../net/mod.ts";
import { reportConnection } from "../../session/mod.ts";
import { redial } from "../../session/redial.ts";
import { LostLink, type OnDisconnect } from "./lost_link.ts";
import { AgentSession, type AgentSessionOptions } from "./session.ts";
import type { Device } from "../pins/device.ts";

/** What an agent is told on its command line. */
export interface AgentOptions extends AgentSessionOptions {
  /** How its controller is dialled. */
  dialling?: DialOptions;
  /** Whether a dial that fails, or a lost link, is the end. */
  noReconnect?: boolean;
  onDisconnect: OnDisconnect;
}

/** Milliseconds that the last lines may take when the agent stops. */
const FLUSH_TIME = 2_000;

/** A device's way to its controller, opened anew whenever it is lost. */
export class Agent {
  #device: Device;
  #options: AgentOptions;
  #context: Context;
  #session?: AgentSession;
  #lostLink: LostLink;

  constructor(device: Device, options: AgentOptions, context: Context) {
    this.#device = device;
    this.#options = options;
    this.#context = context;
    this.#lostLink = new LostLink(device, options.onDisconnect);
  }

  /** Tells the controller what the pin is, if there is a link. */
  report(on: boolean): void {
    this.#session?.report(on);
  }

  /**
   * Dials and obeys, for ever or until the context stops.
   *
   * @throws {PinwireError} `usage` for what can't be dialled; with `noReconnect` why it isn't any more
   */
  async run(address: Address): Promise<void> {
    const { dialling, noReconnect } = this.#options;
    const options = { ...dialling, noReconnect, firstMustHold: false };
    await redial(address, options, this.#context, (connection) => this.#serve(connection));
  }

  async #serve(connection: Connection): Promise<void> {
    const { reporter, stop } = this.#context;
    const stopReason = () => stop.signal.aborted ? "stopped" : undefined;
    try {
      await reportConnection(connection, reporter, stopReason, () => this.#runSession(connection));
    } catch (error) {
      // That the link is gone has been reported.
      if (!hasGone(error)) throw error;
    }
  }

  async #runSession(connection: Connection): Promise<void> {
    const { stop, clock } = this.#context;
    const onFound = () => this.#lostLink.found();
    const session = new AgentSession(connection, this.#device, this.#options, this.#context, onFound);
    // Lines that wait are still sent.
    using _closing = stop.onStop(() => {
      void withTimeout(FLUSH_TIME, session.flushed(), clock).then(() => session.close());
    });
    this.#session = session;
    try {
      await session.run();
    } finally {
      this.#session = undefined;
      if (!stop.signal.aborted && session.isProven) this.#lostLink.lost();
    }
  }
}
