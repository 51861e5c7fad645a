import { type Context, MessageWatch, type WatchOptions } from "../app/mod.ts";
import type { Address, Connection } from "../net/mod.ts";
import { DelayQueue, pageContext, serve, type ServerOptions, single } from "../session/mod.ts";
import type { PinwireError } from "../errors.ts";
import { ChatConsole, type ChatConsoleOptions } from "./console.ts";
import { HistoryFile } from "./rooms/history_file.ts";
import { Hub } from "./rooms/hub.ts";
import { LineFormats } from "./rooms/line_format.ts";
import { MemoryStore } from "./rooms/memory_store.ts";
import type { SharedStore } from "./share/shared_store.ts";
import { WriteScheduler } from "./rooms/write_scheduler.ts";
import { HELLO_TIME } from "./protocol.ts";
import { MemberSession } from "./session.ts";
import type { ChatOptions } from "./session_options.ts";

/** How a {@linkcode ChatServer} is made; the options of `chat serve`. */
export interface ChatServerOptions extends WatchOptions {
  /** `none` says nothing first: then our own client is a plain member too. */
  greeting: "on" | "none";
  /** How many lines each room remembers. */
  history: number;
  /** Keeps these lines over a restart. */
  historyFile?: string;
  /** Whether each line begins with its time. */
  timestamps: boolean;
  /** Lines a second that a member may say, after a burst; 0 is no limit. */
  rate: number;
  /** Bytes that wait for a slow reader. */
  maxQueue: number;
}

/** A chat server without its console: the rooms, and what is done with a connection. */
export class ChatServer implements AsyncDisposable {
  readonly hub: Hub;
  #context: Context;
  #session: ChatOptions;
  /** What members in a page share: they are clients of ours, whatever the others speak. */
  #pages: { context: Context; options: ChatOptions };
  #file?: HistoryFile;
  #store?: SharedStore;

  /** @param store what it shares with others; without it is a chat of its own */
  constructor(options: ChatServerOptions, context: Context, store?: SharedStore) {
    const { reporter, codec, clock } = context;
    const { greeting, history, historyFile, timestamps, rate, maxQueue, once, until } = options;
    const file = historyFile === undefined
      ? undefined
      : new HistoryFile(historyFile, reporter, () => this.hub.rooms.remembered());
    this.hub = new Hub({
      history,
      maxQueue,
      timestamps,
      reporter,
      scheduler: new WriteScheduler(),
      clock,
      store: store ?? new MemoryStore(file && ((entry) => file.add(entry))),
    });
    const formats = new LineFormats(codec);
    this.#session = {
      hub: this.hub,
      formats,
      newcomers: new DelayQueue(HELLO_TIME, clock),
      greeting: greeting !== "none",
      maxQueue,
      rate,
      watch: new MessageWatch(context, { once, until }, false),
    };
    this.#context = context;
    const pages = pageContext(context);
    this.#pages = {
      context: pages,
      options: { ...this.#session, formats: new LineFormats(pages.codec), greeting: true },
    };
    this.#file = file;
    this.#store = store;
  }

  /**
   * Puts what the history's file, or the store, holds back into the rooms.
   *
   * @returns what of it was passed over, if something was
   * @throws {PinwireError} `history_file`; why there is no store
   */
  async restore(): Promise<PinwireError | undefined> {
    await this.#store?.start(this.hub);
    if (!this.#file) return undefined;
    this.hub.rooms.restore(await this.#file.read());
    return await this.#file.rewrite();
  }

  /** Serves one connection until it ends. */
  serveConnection(connection: Connection): Promise<void> {
    return this.#serve(connection, this.#context, this.#session);
  }

  /** Serves one WebSocket of a page, which has shown the page's secret. */
  servePage(connection: Connection): Promise<void> {
    return this.#serve(connection, this.#pages.context, this.#pages.options);
  }

  #serve(connection: Connection, context: Context, options: ChatOptions): Promise<void> {
    const serveAs = (nick: string) => new MemberSession(connection, context, options, nick).run();
    const nick = this.hub.guestNick();
    return nick instanceof Promise ? nick.then(serveAs) : serveAs(nick);
  }

  /**
   * Listens until the context stops.
   *
   * @param opened is called once the socket is open
   * @throws {PinwireError} why it can't listen there
   */
  async listen(address: Address, options: ServerOptions, opened: () => void): Promise<void> {
    await serve(address, options, this.#context, {
      connection: (connection) => this.serveConnection(connection),
      page: { connection: (connection) => this.servePage(connection) },
      metrics: [
        single(
          "pinwire_members",
          "gauge",
          "Members of the chat that are at this server.",
          () => this.#members,
        ),
        single("pinwire_rooms", "gauge", "Rooms that somebody is in.", () => this.hub.rooms.used().length),
        ...this.#store
          ? [
            single(
              "pinwire_store_up",
              "gauge",
              "Whether the store answers.",
              () => Number(this.#store!.isUp),
            ),
          ]
          : [],
      ],
      opened,
    });
    this.hub.close();
  }

  /** How many members are at this server, besides the console. */
  get #members(): number {
    const { rooms, consoleNick } = this.hub;
    const locals = rooms.used().reduce((sum, { locals }) => sum + locals, 0);
    return this.hub.member(consoleNick) ? locals - 1 : locals;
  }

  /** Done when the history's file is written, or the store knows that we are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.hub.close();
    await this.#file?.end();
    await this.#store?.[Symbol.asyncDispose]();
  }
}

/**
 * Runs a chat server with its console, until the context stops or somebody types `/quit` there.
 *
 * @throws {PinwireError} why it can't listen, or what is wrong with the history's file
 */
export async function serveChat(
  address: Address,
  options: ChatServerOptions & ChatConsoleOptions & ServerOptions & { store?: SharedStore },
  context: Context,
  opened: () => void,
): Promise<void> {
  await using server = new ChatServer(options, context, options.store);
  let passedOver = await server.restore();
  if (context.stop.signal.aborted) return;
  const tellOfDamage = () => {
    if (passedOver) context.reporter.error(passedOver);
    passedOver = undefined;
  };
  const console = await ChatConsole.open(server.hub, options, context);
  let saying: Promise<void> | undefined;
  try {
    await server.listen(address, options, () => {
      opened();
      // The ready line comes first.
      saying = Promise.resolve().then(() => {
        tellOfDamage();
        return console.sayLines();
      });
    });
  } finally {
    tellOfDamage();
  }
  console.close();
  await saying;
}
