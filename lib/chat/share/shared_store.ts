import type { Context } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { race, withTimeout } from "../../net/mod.ts";
import { DelayQueue } from "../../session/mod.ts";
import { CONSOLE_NICK, isNickTaken, nameKey } from "../protocol.ts";
import { Elsewhere } from "../rooms/elsewhere.ts";
import type { Hub } from "../rooms/hub.ts";
import type { Member, Room } from "../rooms/room.ts";
import type { News, Order, Outcome, Spoken, Store } from "../rooms/store.ts";
import { GUESTS } from "./keys.ts";
import { isLost, type KeepStore, type StoreClient, type StoreLink } from "./link.ts";
import { Names } from "./names.ts";
import { Sayings } from "./sayings.ts";
import { Servers } from "./servers.ts";
import { StoredRooms } from "./stored_rooms.ts";
import { Upkeep } from "./upkeep.ts";

/** Ms that a member waits for the store before it is told that the store is away. */
const PATIENCE = 1_000;
/** Ms that goodbye may take. */
const GOODBYE_TIME = 1_000;
/** How the name of a console begins. */
const CONSOLE = `${CONSOLE_NICK}-`;

/** How a {@linkcode SharedStore} is made. */
export interface SharedStoreOptions {
  /** This machine's name. */
  host: string;
  /** How many lines a room remembers. */
  history: number;
}

/** Makes several servers one chat: who has which name, and what was said in which order, a store knows for all. */
export class SharedStore implements Store, AsyncDisposable {
  consoleNick = "";
  #options: SharedStoreOptions;
  #context: Context;
  #keep: KeepStore;
  #server: string;
  #names: Names;
  #servers!: Servers;
  #rooms!: StoredRooms;
  #sayings: Sayings;
  #upkeep!: Upkeep;
  /** What is connected to the store, and whether it was brought up to us. */
  #link?: StoreLink;
  #isIn = false;
  #wasIn = false;
  #isOver = false;
  #running?: Promise<void>;
  /** What the store has refused last, and whoever runs this was told of. */
  #blamed?: string;
  /** Whether somebody was told that the store is away. */
  #isMissed = false;

  constructor(keep: KeepStore, options: SharedStoreOptions, context: Context) {
    this.#keep = keep;
    this.#options = options;
    this.#context = context;
    this.#server = `${options.host}-${crypto.randomUUID().slice(0, 8)}`;
    this.#names = new Names(this.#server);
    this.#sayings = new Sayings({
      server: this.#server,
      patience: new DelayQueue(PATIENCE, context.clock),
      look: (stored, client) => this.#rooms.look(stored, client),
      blame: (error) => this.#blame(error),
      away: () => void (this.#isMissed = true),
    });
  }

  /**
   * Connects the rooms of a hub with the store; done once it is known who else is there.
   *
   * @throws {PinwireError} why there is no store, or why it can't be used
   */
  async start(hub: Hub): Promise<void> {
    const elsewhere = new Elsewhere(hub, (nick) => this.isReserved(nameKey(nick)));
    this.#servers = new Servers(this.#server, elsewhere, this.#context.clock);
    this.#rooms = new StoredRooms(hub, this.#options.history, {
      tell: (room, line) => this.#upkeep.tell(room, line),
      begun: (stored, client) => this.#sayings.sayAnew(stored, client),
    }, this.#context.clock);
    this.#upkeep = new Upkeep({
      ...{ server: this.#server, hub, names: this.#names, servers: this.#servers, rooms: this.#rooms },
      sayings: this.#sayings,
      claimConsole: (client) => this.#claimConsole(client),
      guest: () => this.guest(),
    }, this.#context);
    const { promise: started, resolve } = Promise.withResolvers<void>();
    const serve = (link: StoreLink, isIn: () => void) =>
      this.#serve(link, () => {
        isIn();
        resolve();
      });
    const running = this.#keep(serve, this.#context);
    await race([started, running]);
    this.#running = running.catch((error) => this.#context.reporter.error(error));
  }

  /** Whether the store is there. */
  get isUp(): boolean {
    return this.#isIn && !this.#sayings.isStuck;
  }

  isReserved(key: string): boolean {
    return key.startsWith(CONSOLE);
  }

  ensure(): void {
    void this.#here;
  }

  async guest(): Promise<string> {
    const guest = this.#nextGuest();
    try {
      return await this.#patiently(guest);
    } catch {
      guest.then((nick) => this.release(nick), () => {});
    }
    // Nobody is turned away since the store is: such a name is claimed when that is back.
    const nick = `guest-${crypto.randomUUID().slice(0, 8)}`;
    this.#names.hold(nick);
    return nick;
  }

  async #nextGuest(): Promise<string> {
    const client = this.#here;
    return await this.#claimFree(client, async () => `guest${await client.call("INCR", GUESTS)}`);
  }

  async claim(nick: string, session?: string): Promise<void> {
    const claiming = this.#names.claim(this.#here, nick, session);
    let had: string | undefined;
    try {
      had = await this.#patiently(claiming);
    } catch (error) {
      // It may still be had when nobody waits for it any more.
      claiming.then(() => this.release(nick), () => {});
      throw error;
    }
    // That server sees it by itself when it renews the name, if not by this.
    if (had !== undefined) await this.order(had, { say: "take", nick }).catch(() => {});
  }

  sign(nick: string, session: string): void {
    this.#names.sign(this.#client, nick, session);
  }

  release(nick: string): void {
    this.#names.release(this.#client, nick);
  }

  open(room: Room): Promise<void> | undefined {
    const client = this.#here;
    if (this.#rooms.get(room)) return undefined;
    return this.#patiently(this.#rooms.open(room, client)).then(() => {});
  }

  say(room: Room, line: Spoken, speaker: Member): Promise<Outcome> {
    const client = this.#here;
    const stored = this.#rooms.get(room);
    if (!stored) throw this.#away();
    room.check({ ...line, room: room.name, log: room.log, line: room.line + 1 });
    return this.#sayings.say(client, stored, line, speaker);
  }

  announce(news: News): void {
    this.#servers.announce(news, this.#client);
  }

  async order(server: string, order: Order): Promise<void> {
    await this.#patiently(this.#servers.tell(this.#here, order, server));
  }

  /** Says goodbye to the other servers, and hangs up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    const link = this.#link;
    if (link && this.#isIn) {
      const leaving = Promise.all([
        this.#names.releaseAll(link.commands),
        this.#servers.leave(link.commands),
      ]);
      await withTimeout(GOODBYE_TIME, leaving.catch(() => {}), this.#context.clock);
    }
    link?.commands.close();
    link?.waiting.close();
    await this.#running;
  }

  get #client(): StoreClient | undefined {
    return this.#isIn ? this.#link?.commands : undefined;
  }

  /** The store, if it is there. */
  get #here(): StoreClient {
    if (!this.#client || this.#sayings.isStuck) throw this.#away();
    return this.#client;
  }

  /**
   * What the store answers to a member.
   *
   * @throws {PinwireError} `store_away` if that takes too long for a person; what it refuses, in words for a member
   */
  async #patiently<T>(answer: Promise<T>): Promise<T> {
    try {
      if (await withTimeout(PATIENCE, answer, this.#context.clock)) return await answer;
    } catch (error) {
      throw this.#blame(error);
    }
    throw this.#away();
  }

  #away(): PinwireError {
    this.#isMissed = true;
    return new PinwireError("store_away", "the store of this chat is away", {
      hint: "try again when it is back",
    });
  }

  /** Why a member can't have what it wants; whoever runs the server is told what is wrong with the store. */
  #blame(error: unknown): unknown {
    if (isLost(error)) return this.#away();
    if (!(error instanceof PinwireError) || isNickTaken(error)) return error;
    if (this.#blamed !== error.message) this.#context.reporter.error(error);
    this.#blamed = error.message;
    return new PinwireError("store_refuses", "the store of this chat does not take that", {
      hint: "whoever runs it has been told why",
    });
  }

  async #claimConsole(client: StoreClient): Promise<string> {
    const name = `${CONSOLE}${this.#options.host}`;
    const nickOf = (attempt: number) => attempt > 1 ? `${name}-${attempt}` : name;
    return this.consoleNick = await this.#claimFree(client, nickOf);
  }

  /** Claims the first name that nobody has. */
  async #claimFree(
    client: StoreClient,
    nickOf: (attempt: number) => string | Promise<string>,
  ): Promise<string> {
    for (let attempt = 1;; attempt++) {
      const nick = await nickOf(attempt);
      try {
        await this.#names.claim(client, nick);
        return nick;
      } catch (error) {
        if (!isNickTaken(error)) throw error;
      }
    }
  }

  async #serve(link: StoreLink, isIn: () => void): Promise<void> {
    if (this.#isOver) return;
    const { commands, waiting } = link;
    this.#link = link;
    try {
      const isFirst = !this.#wasIn;
      if (isFirst) await this.#claimConsole(commands);
      await this.#upkeep.enter(commands, isFirst);
      this.#isIn = this.#wasIn = true;
      this.#blamed = undefined;
      isIn();
      if (!isFirst) this.#tellBack();
      await this.#upkeep.run(link);
    } finally {
      this.#isIn = false;
      this.#link = undefined;
      commands.close();
      waiting.close();
      this.#sayings.lose();
    }
  }

  #tellBack(): void {
    const text = "the store of this chat is back";
    if (!this.#isMissed) return this.#context.reporter.report({ event: "notice", text });
    this.#isMissed = false;
    for (const { room } of this.#rooms.all.values()) room.notice(text);
  }
}
