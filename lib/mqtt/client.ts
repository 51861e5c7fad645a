import type { Context } from "../app/mod.ts";
import type { PinwireError } from "../errors.ts";
import { type Connection, type DialOptions, hasGone } from "../net/mod.ts";
import { reportConnection } from "../session/mod.ts";
import { redial } from "../session/redial.ts";
import type { Broker } from "./broker.ts";
import { isFinal } from "./reasons.ts";
import type { Identity, Message, Publication } from "./messages.ts";
import { MqttSession } from "./session.ts";

/** How a broker is reached, and who we are there. */
export interface MqttOptions extends Pick<Identity, "clientId" | "password" | "will"> {
  broker: Broker;
  dialling?: DialOptions;
  /** Whether a dial that fails, or a lost link, is the end. */
  noReconnect?: boolean;
}

/** What an {@linkcode MqttClient} tells. */
export interface MqttHandlers {
  /** Topic filters that are subscribed to. */
  readonly filters: readonly string[];
  /**
   * The broker has taken us in, and what it had kept under the filters has come: all that it is to know is to be
   * published now.
   */
  onReady(): void;
  /** The link is lost. */
  onLost(): void;
  onMessage(message: Message): void;
  /** What is said last, when the program stops. */
  lastWords(): Publication[];
}

/** What a node tells: a client that has a name, and a word for when it is gone. */
export interface NodeHandlers extends MqttHandlers {
  readonly will: Publication;
}

/** Ms that the last words may take when the program stops. */
const LAST_WORDS_TIME = 2_000;

/** A link to a broker that comes back whenever it is lost. Nobody waits for it. */
export class MqttClient {
  #options: MqttOptions;
  #handlers: MqttHandlers;
  #context: Context;
  #session?: MqttSession;
  #instance = crypto.randomUUID();
  #wasIn = false;
  /** Errors of topics that were told already: a broker refuses the same at each attempt. */
  #told = new Set<string>();

  constructor(options: MqttOptions, handlers: MqttHandlers, context: Context) {
    this.#options = options;
    this.#handlers = handlers;
    this.#context = context;
  }

  /** Publishes if there is a link; else `onReady` is where all is told. */
  publish(publication: Publication): void {
    this.#session?.publish(publication);
  }

  /**
   * Keeps the link up, for ever or until the context stops.
   *
   * @throws {PinwireError} what no other attempt can mend: a refused name or password, a certificate that isn't trusted, a
   * place that another program took; with `noReconnect` why there is no link
   */
  async run(): Promise<void> {
    const { broker, dialling, noReconnect } = this.#options;
    const options = { ...dialling, noReconnect, firstMustHold: false, isFinal };
    await redial(broker.address, options, this.#context, (connection) => this.#serve(connection));
  }

  async #serve(connection: Connection): Promise<void> {
    const { reporter, stop, clock } = this.#context;
    const { broker: { user }, clientId, password, will } = this.#options;
    const identity = { clientId, user, password, will, instance: this.#instance, wasIn: this.#wasIn };
    const session = new MqttSession(connection, identity, {
      filters: this.#handlers.filters,
      onReady: () => {
        this.#session = session;
        this.#wasIn = true;
        this.#handlers.onReady();
      },
      onMessage: (message) => stop.signal.aborted || this.#handlers.onMessage(message),
      onError: (error) => this.#tell(error),
    }, clock);
    using _leaving = stop.onStop(() => {
      for (const last of this.#handlers.lastWords()) this.publish(last);
      void session.leave(LAST_WORDS_TIME);
    });
    const stopReason = () => stop.signal.aborted ? "stopped" : undefined;
    try {
      await reportConnection(connection, reporter, stopReason, () => session.run());
    } catch (error) {
      // That the link is gone has been reported.
      if (!hasGone(error)) throw error;
    } finally {
      if (this.#session) this.#handlers.onLost();
      this.#session = undefined;
    }
  }

  #tell(error: PinwireError): void {
    if (this.#told.has(error.message)) return;
    this.#told.add(error.message);
    this.#context.reporter.error(error);
  }
}
