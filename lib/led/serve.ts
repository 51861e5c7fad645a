import { CommandConsole, type Context, type WatchOptions } from "../app/mod.ts";
import { type Address, type Connection, isLoopback } from "../net/mod.ts";
import { pageContext, serve, type ServerOptions, single } from "../session/mod.ts";
import { AdmissionControl, type PendingClient } from "../session/admission.ts";
import { readToken, type Token } from "../session/token.ts";
import { completeRequest, execute, parseRequest } from "./console.ts";
import { Registry } from "./registry.ts";
import { ControllerSession, type ControllerSessionOptions } from "./session.ts";

/** How a {@linkcode Controller} is made. */
export interface ControllerOptions extends WatchOptions {
  /** How many devices may be connected, and how many that are away are remembered. */
  maxClients: number;
  /** With a token only those are listed that have proven to know it. */
  token?: Token;
}

/** A controller without its console: its devices, and what is done with a connection. */
export class Controller {
  readonly registry: Registry;
  /** Where connections wait until they have proven that they know the token, if there is one. */
  readonly admission?: AdmissionControl;
  #context: Context;
  #session: ControllerSessionOptions;
  /** Where devices call in, once that is known. */
  #address?: string;

  constructor({ maxClients, token, once, until }: ControllerOptions, context: Context) {
    const { reporter, clock } = context;
    this.registry = new Registry((event, forPrograms) => reporter.report(event, forPrograms), maxClients);
    if (token) this.admission = new AdmissionControl(reporter, maxClients, clock);
    this.#context = context;
    this.#session = { registry: this.registry, token, once, until };
  }

  /**
   * Serves one connection until it ends.
   *
   * @param pending its place in {@linkcode admission}
   * @throws {PinwireError} why it ended, if that was not the end of the stream: `no_heartbeat`, `too_slow` …
   */
  serveConnection(connection: Connection, pending?: PendingClient): Promise<void> {
    return new ControllerSession(connection, this.#context, this.#session, pending).run();
  }

  /** Serves one WebSocket of a page, which has shown the page's secret. */
  servePage(connection: Connection, pending?: PendingClient): Promise<void> {
    const options = { ...this.#session, isPage: true, address: this.#address };
    return new ControllerSession(connection, pageContext(this.#context), options, pending).run();
  }

  /**
   * Listens until the context stops.
   *
   * @param opened is called once the socket is open
   * @throws {PinwireError} why it can't listen there
   */
  async listen(address: Address, options: ServerOptions, opened: () => void): Promise<void> {
    const isOpen = "hostname" in address && !isLoopback(address.hostname) && !this.#session.token;
    await serve(address, options, this.#context, {
      warning: isOpen ? OPEN_TO_ALL : undefined,
      connection: (connection, pending) => this.serveConnection(connection, pending),
      admission: this.admission,
      page: {
        token: this.#session.token,
        connection: (connection, pending) => this.servePage(connection, pending),
      },
      metrics: [single("pinwire_devices", "gauge", "Devices that are there.", () => this.registry.present)],
      opened: (where) => {
        this.#address = where;
        opened();
      },
    });
  }
}

const OPEN_TO_ALL = "whoever reaches it can be a device, and see what is switched: use --token-file";

/** What brings the devices elsewhere. */
export interface Bridge extends Disposable {
  /**
   * Does so until the context stops.
   *
   * @throws {PinwireError} what ends it for good
   */
  run(): Promise<void>;
}

export type OpenBridge = (registry: Registry) => Bridge;

/** What `led serve` is told. */
export interface ServeLedOptions extends ServerOptions, WatchOptions {
  tokenFile?: string;
  json: boolean;
  bridge?: OpenBridge;
}

/**
 * Runs a controller with its console, until the context stops or somebody types `quit`.
 *
 * @param opened is called once the socket is open
 * @throws {PinwireError} why it can't listen, or what is wrong with the token's file; what {@linkcode Bridge} throws
 */
export async function serveLed(
  address: Address,
  options: ServeLedOptions,
  context: Context,
  opened: () => void,
): Promise<void> {
  const { tokenFile } = options;
  const onMade = () =>
    context.reporter.report({ event: "notice", text: `made ${tokenFile}: copy it to the agents` });
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile, onMade);
  const controller = new Controller({ ...options, token }, context);
  const { registry } = controller;
  const console = await CommandConsole.open({
    json: options.json,
    owner: "the controller",
    complete: (line) => completeRequest(line, registry.names()),
    answer: (line, print) => execute(parseRequest(line), { registry, print, quit: () => context.stop.now() }),
  }, context);
  using bridge = options.bridge?.(registry);
  let answering: Promise<void> | undefined;
  let bringing: Promise<unknown> | undefined;
  await controller.listen(address, options, () => {
    opened();
    // The ready line comes first.
    answering = Promise.resolve().then(() => console.answerLines());
    bringing = bridge?.run().catch((error) => error).finally(() => context.stop.now());
  });
  console.close();
  await answering;
  const failure = await bringing;
  if (failure) throw failure;
}
