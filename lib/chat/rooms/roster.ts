import { listed, NAMES } from "./join_notices.ts";
import type { Member, Room } from "./room.ts";

/** How many names a list has at most. */
const LISTED = 100;

/** The line that tells a member who and where it is, and with whom: `* you are amy, in lobby with bob`. */
export function placeOf(member: Member): string {
  const { nick, room } = member;
  const others = othersAround(member, NAMES + 1);
  // Others may not have been announced yet, but in a crowd nobody counts.
  const total = others.length > NAMES ? room.members.size - 1 : others.length;
  return `* you are ${nick}, in ${room.name}${total ? ` with ${listed(others, total)}` : ""}`;
}

/** The names of all in a room, at most 100; the console, which can throw members out, sees their addresses too. */
export function memberList({ members }: Room, withPeers = false): string {
  const shown = [...members.values().take(LISTED)];
  const names = shown.map(({ nick, peer, server }) =>
    withPeers && (peer || server) ? `${nick} (${peer?.name ?? `at ${server}`})` : nick
  ).join(", ");
  const more = members.size - shown.length;
  return names + (more ? ` and ${more} more` : "");
}

/** The nicknames of those in the member's room that were announced, at most 100, the member's own last. */
export function nicksAround(member: Member): string[] {
  return [...othersAround(member, LISTED - 1), member.nick];
}

function othersAround(member: Member, most: number): string[] {
  const others: string[] = [];
  for (const one of member.room.members) {
    if (others.length === most) break;
    if (one !== member && one.isAnnounced) others.push(one.nick);
  }
  return others;
}
