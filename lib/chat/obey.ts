import { PinwireError } from "../errors.ts";
import type { Hub } from "./hub.ts";
import { COMMANDS, CONSOLE_NICK, KICK, parseSaid } from "./protocol.ts";
import type { Member } from "./room.ts";

/** Names that /who lists. */
const LISTED = 100;

/** Does what a member's line asks for, and answers it; true if it wants to leave. */
export function obey(line: string, member: Member, hub: Hub): boolean {
  try {
    return carryOut(line, member, hub);
  } catch (error) {
    if (!(error instanceof PinwireError)) throw error;
    member.tell(`* ${error.sentence}`);
    return false;
  }
}

function carryOut(line: string, member: Member, hub: Hub): boolean {
  const said = parseSaid(line);
  const isConsole = member.nick === CONSOLE_NICK;
  switch (said.do) {
    case "nothing":
      break;
    case "say":
    case "me":
      hub.say(member, said.text, said.do === "me");
      break;
    case "nick":
      hub.rename(member, said.nick);
      break;
    case "join":
      hub.move(member, said.room);
      break;
    case "who":
      member.tell(`* in ${member.room.name}: ${namesIn(member)}`);
      break;
    case "rooms":
      member.tell(...hub.rooms.map(({ name, members }) => `* ${name} ${members.size}`));
      break;
    case "msg":
      hub.whisper(member, said.nick, said.text);
      break;
    case "history":
      tellPast(member);
      break;
    case "help":
      member.tell(
        ...(isConsole ? [...COMMANDS, KICK] : COMMANDS).map(([command, what]) => `* ${command}  ${what}`),
      );
      break;
    case "kick":
      if (!isConsole) throw new PinwireError("bad_command", "only the server's console can do that");
      hub.kick(said.nick, said.why);
      break;
    case "quit":
      return true;
  }
  return false;
}

/** Tells a member what was said in its room lately. */
export function tellPast(member: Member): void {
  const { room } = member;
  member.tell(...room.history.map((entry) => room.show(entry)));
}

/** Tells a member who and where it is. */
export const placeOf = ({ nick, room }: Member) => `* you are ${nick}, in ${room.name}`;

/** Some of those in a member's room, and how many more there are. */
function namesIn({ room }: Member): string {
  const names = nicksIn(room.members);
  const more = room.members.size - names.length;
  return names.join(", ") + (more ? ` and ${more} more` : "");
}

/** The nicknames of some members. */
export function nicksIn(members: Set<Member>): string[] {
  return [...members.values().take(LISTED)].map(({ nick }) => nick);
}
