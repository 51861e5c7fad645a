import { assert, assertEquals } from "@std/assert";
import type { Process } from "./support.ts";
import { type ChatEvent, chatServe, connectAs, Member, next, noticed } from "./support/chat.ts";
import { relayTo, toAll } from "./support/relay.ts";

/** How all links end, and how many lines of amy's burst are through by then. */
const ENDS = [["cut", 4], ["reset", 9]] as const;
/** Lines that each says before, in a burst at an end, and after. */
const LINES = 15;
/** Each line goes out in pieces, and slowly enough for some to be on their way at an end. */
const UNKIND = ["--delay", "3~3", "--rate", "4000:up", "--chunk", "2"];

/** What each author said, as one of the others heard it. */
function byAuthor(lines: [nick: string, text: string][]): Record<string, string[]> {
  const said: Record<string, string[]> = {};
  for (const [nick, text] of lines) (said[nick] ??= []).push(text);
  return said;
}

const ofLine = (line: string) => line.match(/^(\w+): (.*)$/)!.slice(1) as [string, string];

/** The lines of a client that may not have arrived, as the client reports them. */
function unconfirmed(events: ChatEvent[]): string[] {
  return events.flatMap(({ event, message }) => {
    const [, count, first] =
      message?.match(/^(?:the last (\d+) lines|what was said last) may not have arrived, from "(.*)" on$/) ??
        [];
    if (event !== "error" || first === undefined) return [];
    return Array.from({ length: Number(count ?? 1) }, (_, i) => String(Number(first) + i));
  });
}

/** All messages that a client shows up to the one that says `last`, which stay in its events. */
async function messagesUntil(client: Process, last: string): Promise<[string, string][]> {
  const said: [string, string][] = [];
  do {
    const { nick, text } = await next(client, "message");
    said.push([nick!, text!]);
  } while (said.at(-1)![1] !== last);
  return said;
}

for (const seed of [20_261_121]) {
  Deno.test(`a relay that cuts, delays and resets (seed ${seed}): nothing is lost without a report, nothing comes twice`, async () => {
    await using server = await chatServe(
      ...["--rate", "0", "--history", "10000", "--json", "--quiet"],
      // No pause on the way makes two messages of one.
      ...["--frame", "line"],
    );
    await using relay = await relayTo(server, ...UNKIND, "--seed", String(seed));
    await using pieces = await relayTo(server, ...UNKIND, "--seed", String(seed));
    using truth = await Member.join(server, "truth");
    using dan = await Member.join(pieces, "dan");
    await using amy = await connectAs("amy", relay);
    await using bob = await connectAs("bob", relay);
    await using cat = await connectAs("cat", relay);
    const clients = { amy, bob, cat };
    const heard: [string, string][] = [];
    const hearUntil = async (last: string) => {
      do heard.push(ofLine(await truth.hears())); while (heard.at(-1)!.join(": ") !== last);
    };
    let line = 0;
    async function talk() {
      for (let i = 0; i < LINES; i++, line++) {
        for (const client of Object.values(clients)) await client.write(`${line}\n`);
        await dan.say(`${line}`);
        await hearUntil(`dan: ${line}`);
      }
    }
    for (const [end, through] of ENDS) {
      await talk();
      for (const client of Object.values(clients)) {
        await client.write(Array.from({ length: LINES }, (_, i) => `${line + i}\n`).join(""));
      }
      await hearUntil(`amy: ${line + through}`);
      line += LINES;
      await toAll(relay, end);
      for (const client of Object.values(clients)) await noticed(client, /^back after/);
    }
    await talk();
    for (const [nick, client] of Object.entries(clients)) await client.write(`last of ${nick}\n`);
    const waiting = new Set(Object.keys(clients));
    while (waiting.size) {
      const [nick, text] = ofLine(await truth.hears());
      heard.push([nick, text]);
      if (text === `last of ${nick}`) waiting.delete(nick);
    }
    await truth.say("over");

    const said = byAuthor(heard);
    assertEquals(said.dan.length, LINES * (ENDS.length + 1));
    const danHeard = byAuthor(
      (await dan.until("truth: over")).filter((line) => !line.startsWith("* ")).map(ofLine),
    );
    for (const [nick, client] of Object.entries(clients)) {
      const shown = byAuthor(await messagesUntil(client, "over"));
      for (const other of ["dan", ...Object.keys(clients)]) {
        if (other !== nick) assertEquals(shown[other], said[other], `${other} as ${nick} was shown it`);
      }
      assertEquals(danHeard[nick], said[nick], `${nick} as dan heard it`);
      const missed = client.events.filter(({ event, text }) => event === "notice" && /missed/.test(text!));
      assertEquals(missed, []);
      const told = unconfirmed(client.events);
      const all = Array.from({ length: line }, (_, i) => String(i));
      const lost = all.filter((text) => !said[nick].includes(text));
      assert(lost.every((text) => told.includes(text)), `lost ${lost}, told ${told}`);
      const arrived = [...all.filter((text) => !lost.includes(text)), `last of ${nick}`];
      assertEquals(said[nick], arrived, `${nick}'s lines, once and in order`);
      await client.end();
      assertEquals((await client.outcome()).code, told.length ? 1 : 0);
    }
  });
}
