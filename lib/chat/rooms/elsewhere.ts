import { nameKey } from "../protocol.ts";
import { type Hub, TAKEN_UP } from "./hub.ts";
import type { Member, Room } from "./room.ts";
import type { News, Order } from "./store.ts";

/** A member at another server. What it is told, its own server tells it. */
class RemoteMember implements Member {
  declare room: Room;
  isAnnounced = true;

  constructor(public nick: string, public server: string, readonly isConsole: boolean) {}

  tell(): void {}
  tellPast(): void {}
  arrived(): void {}
  replaced(): void {}
  end(): void {}
}

/** The members at other servers, as those tell of them: they stand in our rooms beside our own. */
export class Elsewhere {
  #hub: Hub;
  #members = new Map<string, Map<string, RemoteMember>>();
  #isConsole: (nick: string) => boolean;

  /** @param isConsole whether a name is that of a server's console */
  constructor(hub: Hub, isConsole: (nick: string) => boolean) {
    this.#hub = hub;
    this.#isConsole = isConsole;
  }

  /** The servers of which something is known. */
  get servers(): string[] {
    return [...this.#members.keys()];
  }

  /** What a server has told. */
  hear(server: string, news: News): void {
    switch (news.say) {
      case "joined":
        return this.#join(server, news.nick, news.room, true);
      case "left":
        return this.#leave(server, news.nick, news.why);
      case "renamed":
        return this.#rename(server, news.before, news.nick);
    }
  }

  /**
   * All members that a server has.
   *
   * @param isNews whether those that we did not know have just come
   */
  sync(server: string, members: readonly { nick: string; room: string }[], isNews: boolean): void {
    const here = new Set(members.map(({ nick }) => nameKey(nick)));
    for (const { nick } of this.#of(server).values()) if (!here.has(nameKey(nick))) this.#leave(server, nick);
    for (const { nick, room } of members) this.#join(server, nick, room, isNews);
  }

  /** A server is gone, and all its members with it. */
  forget(server: string): void {
    this.sync(server, [], true);
    this.#members.delete(server);
  }

  /** Does what another server asks for. */
  obey(order: Order): void {
    const member = this.#hub.member(order.nick);
    if (!member || member.server) return;
    if (order.say === "tell") return member.tell(order.line);
    // It stays, whoever asks.
    if (member.isConsole) return;
    switch (order.say) {
      case "kick":
        return void this.#hub.kick(order.nick, order.why);
      case "take":
        this.#hub.remove(member);
        member.end(TAKEN_UP);
    }
  }

  #of(server: string): Map<string, RemoteMember> {
    let members = this.#members.get(server);
    if (!members) this.#members.set(server, members = new Map());
    return members;
  }

  #join(server: string, nick: string, room: string, isNews: boolean): void {
    const key = nameKey(nick);
    const known = this.#hub.member(nick);
    // Whose the name is, the store decides; whoever has lost it learns it there.
    if (known && !known.server) return;
    let member = known as RemoteMember | undefined;
    if (member) this.#of(member.server).delete(key);
    else member = new RemoteMember(nick, server, this.#isConsole(nick));
    member.server = server;
    this.#of(server).set(key, member);
    this.#hub.place(member, room, isNews);
  }

  #leave(server: string, nick: string, why?: string): void {
    const key = nameKey(nick);
    const member = this.#of(server).get(key);
    if (!member) return;
    this.#of(server).delete(key);
    if (!this.#hub.has(member)) return;
    if (why === undefined) this.#hub.remove(member);
    else this.#hub.dismiss(member, why);
  }

  #rename(server: string, before: string, nick: string): void {
    const member = this.#of(server).get(nameKey(before));
    const holder = this.#hub.member(nick) ?? member;
    if (!member || !this.#hub.has(member) || holder !== member) return;
    this.#of(server).delete(nameKey(before));
    this.#of(server).set(nameKey(nick), member);
    this.#hub.renamed(member, nick);
  }
}
