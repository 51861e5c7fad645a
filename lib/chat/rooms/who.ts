import { listed, NAMES } from "./join_notices.ts";
import type { Member, Room } from "./room.ts";

/** Names that are told at a time. */
const LISTED = 100;

/** Tells a member who and where it is, and with whom. */
export function placeOf(member: Member): string {
  const { nick, room } = member;
  const others = othersIn(member, NAMES + 1);
  // Others may not have been announced yet, but in a crowd nobody counts.
  const total = others.length > NAMES ? room.members.size - 1 : others.length;
  return `* you are ${nick}, in ${room.name}${total ? ` with ${listed(others, total)}` : ""}`;
}

/** All in a room, with their addresses for who may throw them out. */
export function whoIsIn({ members }: Room, withPeers: boolean): string {
  const shown = [...members.values().take(LISTED)];
  const names = shown.map(({ nick, peer }) => withPeers && peer ? `${nick} (${peer})` : nick).join(", ");
  const more = members.size - shown.length;
  return names + (more ? ` and ${more} more` : "");
}

/** The nicknames of a member and of those in its room that were announced, at most 100. */
export function nicksIn(member: Member): string[] {
  return [...othersIn(member, LISTED - 1), member.nick];
}

function othersIn(member: Member, most: number): string[] {
  const others: string[] = [];
  for (const one of member.room.members) {
    if (others.length === most) break;
    if (one !== member && one.isAnnounced) others.push(one.nick);
  }
  return others;
}
