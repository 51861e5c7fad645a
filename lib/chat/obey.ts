import { PinwireError } from "../errors.ts";
import type { Hub } from "./hub.ts";
import { COMMANDS, entryLine, KICK, parseSaid } from "./protocol.ts";
import type { Member } from "./room.ts";

/** Names that /who lists. */
const LISTED = 100;

/** What a member may do, and how its lines are shown to it. */
export interface Place {
  hub: Hub;
  timestamps: boolean;
  /** Whether it is the console, which throws others out. */
  isConsole: boolean;
}

/** Does what a member's line asks for, and answers it; true if it wants to leave. */
export function obey(line: string, member: Member, place: Place): boolean {
  try {
    return carryOut(line, member, place);
  } catch (error) {
    if (!(error instanceof PinwireError)) throw error;
    member.tell(`* ${error.sentence}`);
    return false;
  }
}

function carryOut(line: string, member: Member, { hub, timestamps, isConsole }: Place): boolean {
  const said = parseSaid(line);
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
      tellPast(member, timestamps);
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
export function tellPast(member: Member, timestamps: boolean): void {
  const lines = member.room.history.map((entry) => entryLine(entry, timestamps));
  if (lines.length) member.tell(...lines);
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
export function nicksIn(members: Iterable<Member>): string[] {
  return [...members].slice(0, LISTED).map(({ nick }) => nick);
}
