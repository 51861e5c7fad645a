import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { pure } from "./_testing.ts";
import { PinwireError } from "../errors.ts";
import { type Listener, World } from "./rooms/_hub_testing.ts";
import { commandWords, execute, isSpoken, parseSaid, VERBS } from "./verbs.ts";

/** The code of what `act` throws. */
const codeOf = (act: () => unknown) => assertThrows(act, PinwireError).code;

/** The verb's word, and what the verb takes. */
function read(line: string): unknown[] | undefined {
  const said = parseSaid(line);
  return said && [said.verb.word, said.args];
}

/** What of a line is said to the room. */
function wordsIn(line: string): unknown {
  const { verb, args } = parseSaid(line)!;
  assert(verb.isSpoken, line);
  return args;
}

pure("parseSaid takes a line for what is said unless it begins with a slash", () => {
  for (const text of ["hello", " /nick amy", "end", "a /b", "\t.", "#12 x", "* amy waves"]) {
    assertEquals(read(text), ["", text]);
  }
  for (const text of ["", " ", "\t  "]) assertEquals(read(text), undefined);
});

pure("parseSaid knows each verb, in any case and with any spaces", () => {
  for (const word of ["who", "rooms", "history", "help", "quit"] as const) {
    assertEquals(read(`/${word}`), [word, undefined]);
    assertEquals(read(`/${word.toUpperCase()}  now`), [word, undefined]);
  }
  assertEquals(read("/nick   amy "), ["nick", "amy"]);
  assertEquals(read("/join dev"), ["join", "dev"]);
  assertEquals(read("/me  waves at  bob "), ["me", "waves at  bob"]);
  assertEquals(read("/msg Bob  see  you"), ["msg", { nick: "Bob", text: "see  you" }]);
  assertEquals(read("/kick bob"), ["kick", { nick: "bob", why: "" }]);
  assertEquals(read("/kick bob too  loud"), ["kick", { nick: "bob", why: "too  loud" }]);
});

pure("parseSaid says what is missing, with the usage of the verb", () => {
  const needing = VERBS.filter(({ usage }) => /^\/\w+ [A-Z]/.test(usage));
  assert(needing.length >= 5);
  for (const { word, usage } of needing) {
    const error = assertThrows(() => parseSaid(`/${word}`), PinwireError);
    assertEquals([error.code, error.hint], ["bad_command", `write ${usage}`]);
  }
  assertEquals(codeOf(() => parseSaid("/msg bob")), "bad_command");
  for (const line of ["/", "/ hello", "/nothing", "/nickamy"]) {
    assertEquals(codeOf(() => parseSaid(line)), "bad_command", line);
  }
  for (const line of ["/nick amy bob", "/join #dev", "/nick -a"]) {
    assertEquals(codeOf(() => parseSaid(line)), "bad_name", line);
  }
});

pure("parseSaid takes what follows a first slash for what is said", () => {
  assertEquals(wordsIn("//x"), "/x");
  assertEquals(wordsIn("//"), "/");
  assertEquals(wordsIn("///etc/hosts "), "//etc/hosts ");
  assertEquals(wordsIn("//nick amy"), "/nick amy");
});

pure("parseSaid is through at once with thousands of spaces, wherever they are", () => {
  const spaces = " ".repeat(100_000);
  assertEquals(read(`/who${spaces}`), ["who", undefined]);
  assertEquals(read(spaces), undefined);
  assertEquals(read(`/me x${spaces}y`), ["me", `x${spaces}y`]);
  assertEquals(read(`/msg${spaces}amy${spaces}x${spaces}`), ["msg", { nick: "amy", text: "x" }]);
  for (const line of [`/nick${spaces}`, `/${spaces}x`, `/kick${spaces}`]) {
    assertEquals(codeOf(() => parseSaid(line)), "bad_command");
  }
});

pure("parseSaid reads any line, or says why not", () => {
  const anyLine = fc.tuple(
    fc.constantFrom("", "/", "/nick ", "/msg ", "/me ", "/join "),
    fc.string({ unit: "binary" }),
  );
  fc.assert(fc.property(anyLine, ([start, rest]) => {
    try {
      const said = parseSaid(start + rest);
      assert(said ? said.verb.usage : (start + rest).trim() === "");
    } catch (error) {
      assert(error instanceof PinwireError && ["bad_command", "bad_name"].includes(error.code));
    }
  }));
});

pure("isSpoken tells words from commands, as parseSaid does", () => {
  for (const line of ["hi", " /who", "//x", "//", "/me waves", "/ME waves", "/me\twaves"]) {
    assertEquals(isSpoken(line), true, line);
    assert(wordsIn(line), line);
  }
  for (const line of ["", "  ", "/", "/who", "/msg amy hi", "/me", "/me ", "/menu x", "/history"]) {
    assertEquals(isSpoken(line), false, line);
  }
});

pure("VERBS has each word once, and usages that begin with it", () => {
  assertEquals(new Set(VERBS.map(({ word }) => word)).size, VERBS.length);
  for (const { word, usage } of VERBS) assert(usage.startsWith(`/${word}`), usage);
});

/** A hub with the console and a guest in its lobby. */
function lobby() {
  const world = new World();
  const { hub } = world;
  const [console, guest] = [world.open(), world.arrive()];
  /** What the member is told for a line. */
  const says = (member: Listener, line: string) => {
    member.news();
    execute(line, member, hub);
    return member.news();
  };
  return { hub, console, guest, says };
}

pure("execute of /help tells a member each command, and the console its own too", () => {
  const { console, guest, says } = lobby();
  const told = says(guest, "/help");
  assertEquals(told.slice(0, 2), [
    "* /nick NAME       be called so",
    "* /join ROOM       go to another room, or make it",
  ]);
  for (const { usage, help, isConsoleOnly } of VERBS) {
    const isTold = told.some((line) => line.startsWith(`* ${usage} `));
    assertEquals(isTold, help !== undefined && !isConsoleOnly, usage);
  }
  assertEquals(says(console, "/help"), [...told, "* /kick NAME [WHY] throw somebody out"]);
});

pure("execute lets the console alone throw somebody out", () => {
  const { hub, console, guest, says } = lobby();
  assertEquals(says(guest, "/kick server"), ["* only the server's console can do that"]);
  says(console, `/kick ${guest.nick}`);
  assertEquals([...hub.nicks()], ["server"]);
});

pure("execute tells whoever asks for what can't be done why, and gives what became of each line", () => {
  const { hub, guest, says } = lobby();
  assertEquals(says(guest, "/frob"), ["* there is no /frob: /help lists what there is"]);
  assertEquals(says(guest, "/msg nobody hi"), ["* nobody is called nobody: /who lists who is here"]);
  assertEquals(execute("/quit", guest, hub), "leaves");
  for (const line of ["hello", "//quit", "/me waves"]) assertEquals(execute(line, guest, hub), "said", line);
  for (const line of ["", "/who", "/kick x"]) assertEquals(execute(line, guest, hub), undefined, line);
});

pure("commandWords gives each command as it is typed, and the console's to the console alone", () => {
  const words = commandWords(false);
  for (const word of ["/nick", "/history", "/help"]) assert(words.includes(word), word);
  assertEquals(words.filter((word) => word.startsWith("//")), []);
  assertEquals(commandWords(true).filter((word) => !words.includes(word)), ["/kick"]);
});
