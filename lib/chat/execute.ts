import { PinwireError } from "../errors.ts";
import type { Hub } from "./rooms/hub.ts";
import { COMMANDS, CONSOLE_NICK, KICK, parseSaid } from "./protocol.ts";
import type { Member } from "./rooms/room.ts";
import { whoIsIn } from "./rooms/who.ts";

/** Does what a member's line asks for, and answers it; true if it wants to leave. */
export function execute(line: string, member: Member, hub: Hub): boolean {
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
      member.tell(`* in ${member.room.name}: ${whoIsIn(member.room, isConsole)}`);
      break;
    case "rooms":
      member.tell(...hub.rooms.map(({ name, members }) => `* ${name}: ${members.size} here`));
      break;
    case "msg":
      hub.whisper(member, said.nick, said.text);
      break;
    case "history":
      member.tellPast();
      break;
    case "help":
      member.tell(
        ...(isConsole ? [...COMMANDS, KICK] : COMMANDS).map(([command, what]) =>
          `* ${command.padEnd(16)} ${what}`
        ),
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
