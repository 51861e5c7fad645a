import { assert, assertEquals, assertMatch } from "@std/assert";
import { packetsOf } from "../lib/tools/replay/_testing.ts";
import {
  ask,
  assertStops,
  bytes,
  interrupt,
  isLinux,
  LOOPBACK,
  pinwire,
  pinwireCommand,
  Process,
  refusal,
  restOf,
  runPinwire,
} from "./support.ts";
import { accepted, recording, recordingOfPackets } from "./support/replay.ts";
import { seenBy, take } from "./support/relay.ts";

const TALK = [">one\n", 5, "<uno\n", 5, ">two\n", 5, "<due\n", ">FIN", "<FIN"];
const PERMISSIONS = { flags: ["--allow-net", "--allow-read", "--allow-ffi"] };

Deno.test("replay says to a server what the client said, and is silent where all is as recorded", async () => {
  await using talk = await recording(TALK);
  await using server = accepted(async (conn) => {
    assertEquals(await take(conn, 4), "one\n");
    await conn.write(bytes("un"));
    await conn.write(bytes("o\n"));
    assertEquals(await take(conn, 4), "two\n");
    await conn.write(bytes("due\n"));
    assertEquals(await seenBy(conn), "$");
  });
  const outcome = await runPinwire(["replay", talk.file, server.address], PERMISSIONS);
  assertEquals(outcome, { code: 0, stdout: "", stderr: "" });
});

Deno.test("replay --as server says to a client what the server said, for one conversation", async () => {
  await using talk = await recording(TALK);
  await using replay = await pinwire(
    ["replay", talk.file, `${LOOPBACK}:0`, "--as", "server", "--json"],
    PERMISSIONS,
  );
  using conn = await Deno.connect({ hostname: LOOPBACK, port: replay.port });
  assertEquals([await ask(conn, "one\n"), await ask(conn, "two\n")], ["uno\n", "due\n"]);
  await conn.closeWrite();
  assertEquals(await restOf(conn), "");
  assertEquals((await replay.outcome()).code, 0, replay.stderr);
  assertEquals(replay.events.map(({ event }) => event), ["connected", "disconnected"]);
});

Deno.test("replay waits where the recorded side had, at the recorded server's address if none is given", async () => {
  const order: string[] = [];
  await using server = accepted(async (conn) => {
    order.push(await take(conn, 3));
    for (const part of ["u", "n", "o"]) {
      order.push(part);
      await conn.write(bytes(part));
    }
    order.push(await take(conn, 3));
  });
  await using talk = await recording([">one", "<uno", ">two"], {
    server: { address: LOOPBACK, port: server.port },
  });
  const outcome = await runPinwire(["replay", talk.file, "--speed", "max"]);
  assertEquals([outcome, order], [{ code: 0, stdout: "", stderr: "" }, ["one", "u", "n", "o", "two"]]);
});

Deno.test("replay --speed max waits for no recorded pause", async () => {
  const hour = 3_600_000;
  await using talk = await recording([hour, ">one", hour, "<uno", hour, ">two", ">FIN", hour, "<FIN"]);
  await using server = accepted(async (conn) => {
    assertEquals(await take(conn, 3), "one");
    await conn.write(bytes("uno"));
    assertEquals(await seenBy(conn), "two$");
  });
  const { code, stderr } = await runPinwire(["replay", talk.file, server.address, "--speed", "max"]);
  assertEquals([code, stderr], [0, ""]);
});

/** Answers as was recorded, but for what `due` becomes. */
const changed = (answer: string) =>
  accepted(async (conn) => {
    await take(conn, 4);
    await conn.write(bytes("uno\n"));
    await take(conn, 4);
    await conn.write(bytes(answer));
    await seenBy(conn);
  });

Deno.test("replay ends with 1 where the answer is another, with its offset and both dumps", async () => {
  await using talk = await recording(TALK);
  const pad = " ".repeat(38);
  const dumps =
    `  recorded\n    00000004  64 75 65 0a${pad}due.\n  now\n    00000004  64 75 6f 0a${pad}duo.\n`;
  for (const flags of [[], ["--ignore-difference"]]) {
    await using server = changed("duo\n");
    const { code, stdout, stderr } = await runPinwire(["replay", talk.file, server.address, ...flags]);
    assertEquals([code, stdout], [flags.length ? 0 : 1, ""]);
    const [sentence, ...rest] = stderr.split("\n");
    assertMatch(
      sentence,
      /^pinwire replay: tcp:\S+ says something else than recorded, at byte 6: .*--ignore-diff/,
    );
    assertEquals(rest.join("\n"), dumps);
  }
});

Deno.test("replay says what is missing once --wait has passed, as an event too, and goes on", async () => {
  await using talk = await recording(TALK);
  await using server = accepted(async (conn) => {
    await take(conn, 4);
    await conn.write(bytes("u"));
    assertEquals(await take(conn, 4), "two\n");
    await conn.write(bytes("due\n"));
    await seenBy(conn);
  });
  const outcome = await runPinwire(["replay", talk.file, server.address, "--wait", "200ms", "--json"]);
  assertEquals([outcome.code, outcome.stderr], [1, ""]);
  const events = outcome.stdout.trim().split("\n").map((line) => JSON.parse(line));
  const peer = `tcp://${server.address}`;
  assertEquals(events.map(({ time: _, ...event }) => event), [
    { event: "connected", peer },
    {
      event: "error",
      message: `3 of the 4 bytes that ${peer} said in the recording are missing, from byte 1 on`,
      hint: "it was silent for 0.2 s; wait longer with --wait if it needs that",
      peer,
    },
    { event: "disconnected", peer, reason: "end of stream" },
  ]);
});

Deno.test("replay plays what was sent again, reordered and overlapping as what it was", async () => {
  const text = Array.from({ length: 2000 }, (_, i) => `${i} `).join("");
  const packets = packetsOf([`>${text}`, 1, `<${text}`, 1, ">FIN", "<FIN"], { segment: 100 });
  const handshake = packets.splice(0, 3);
  // Each segment stands in the capture twice, every third behind the next two.
  const bad = packets.flatMap((packet, i) => i % 3 ? [packet, packets[i - i % 3], packet] : []);
  await using talk = await recordingOfPackets([...handshake, ...bad, ...packets.slice(-3)]);
  await using server = accepted(async (conn) => {
    assertEquals(await take(conn, text.length), text);
    await conn.write(bytes(text));
    assertEquals(await seenBy(conn), "$");
  });
  const { code, stderr } = await runPinwire(["replay", talk.file, server.address]);
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("replay names what the capture lacks, and plays the rest", async () => {
  const packets = packetsOf([">one", 1, "<lost", 1, "<uno", 1, ">two", ">FIN", "<FIN"]);
  packets.splice(4, 1);
  await using talk = await recordingOfPackets(packets);
  await using server = accepted(async (conn) => {
    await take(conn, 3);
    await conn.write(bytes("any!uno"));
    assertEquals(await seenBy(conn), "two$");
  });
  const { code, stderr } = await runPinwire(["replay", talk.file, server.address]);
  const lacks = "the recording lacks 4 bytes from byte 0 on of the other side: whatever is there is taken";
  assertEquals([code, stderr], [0, `pinwire replay: ${lacks}\n`]);
});

Deno.test({
  name: "replay resets where the recorded side had (Linux)",
  ignore: !isLinux,
  async fn() {
    await using asked = await recording([">one", "<uno", ">RST"]);
    await using server = accepted(async (conn) => {
      await take(conn, 3);
      await conn.write(bytes("uno"));
      assertEquals(await seenBy(conn), " RST");
    });
    assertEquals((await runPinwire(["replay", asked.file, server.address], PERMISSIONS)).code, 0);

    await using answered = await recording([">one", "<uno", "<RST"]);
    await using replay = await pinwire(
      ["replay", answered.file, `${LOOPBACK}:0`, "--as", "server"],
      PERMISSIONS,
    );
    using conn = await Deno.connect({ hostname: LOOPBACK, port: replay.port });
    await conn.write(bytes("one"));
    assertMatch(await seenBy(conn), /^(uno)? RST$/);
    assertEquals((await replay.outcome()).code, 0);
  },
});

Deno.test("replay takes a capture from stdin, and shows with --trace what crosses", async () => {
  await using talk = await recording(TALK);
  await using server = changed("due\n");
  const stdin = await Deno.readFile(talk.file);
  const { code, stderr } = await runPinwire(["replay", "-", server.address, "--trace", "-f", "line"], {
    stdin,
  });
  assertEquals(code, 0);
  assertMatch(stderr, /▶ write.*\n.*6f 6e 65 0a[^]*◀ read.*\n.*75 6e 6f 0a/);
  assert(!stderr.includes("pinwire replay:"), stderr);
});

interrupt("replay --as server ends by Ctrl-C while it waits for its client, and while it talks", async () => {
  await using talk = await recording(TALK);
  const args = ["replay", talk.file, `${LOOPBACK}:0`, "--as", "server", "--wait", "100"];
  await using waiting = await pinwire(args);
  await assertStops(waiting);
  await using talking = await pinwire(args);
  using conn = await Deno.connect({ hostname: LOOPBACK, port: talking.port });
  assertEquals(await ask(conn, "one\n"), "uno\n");
  await assertStops(talking);
  assertEquals(await restOf(conn), "");
  assert(!talking.stderr.includes("missing"), talking.stderr);
});

interrupt("replay ends by Ctrl-C while it waits for more of a capture on stdin", async () => {
  await using talk = await recording([">one", 1, "<uno", 1, ">two"]);
  const [program, ...args] = pinwireCommand(["replay", "-", `${LOOPBACK}:0`, "--as", "server", "--json"]);
  await using replay = new Process(program, args);
  await replay.write(await Deno.readFile(talk.file));
  const { address } = await replay.next("listening");
  using conn = await Deno.connect({ hostname: LOOPBACK, port: Number(address!.split(":").at(-1)) });
  assertEquals(await ask(conn, "one"), "uno");
  assertEquals((await replay.stop()).code, 0);
});

Deno.test("replay doesn't record over what it plays, by whatever name", async () => {
  await using talk = await recording(TALK);
  const before = await Deno.readFile(talk.file);
  const other = `${talk.folder}/../${talk.folder.split("/").at(-1)}/talk.pcapng`;
  assertEquals(
    await refusal(["replay", talk.file, `${LOOPBACK}:1`, "--record", other, "--force"], 2),
    `pinwire: --record would overwrite ${talk.file} while it is played: name another file to record to\n`,
  );
  assertEquals(await Deno.readFile(talk.file), before);
});
