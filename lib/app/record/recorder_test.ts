import { assertEquals, assertRejects } from "@std/assert";
import { PullReader } from "../../net/_pull_reader.ts";
import { PinwireError } from "../../errors.ts";
import { type Connection, type DrainableConnection, type Listener, pipe } from "../../net/mod.ts";
import { turn } from "../_testing.ts";
import { HANDSHAKE, Kept, PEERS } from "./_testing.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const listenerOf = (connection: DrainableConnection): Listener => ({
  address: "tcp://127.0.0.1:7",
  sockets: "deno",
  accept: () => Promise.resolve(connection),
  close() {},
});

/** A connection that was dialled, recorded, and its other end. */
function dialled(spec: string): [Kept, Connection, DrainableConnection] {
  const kept = new Kept();
  const [a, b] = pipe(PEERS);
  return [kept, kept.recorder(spec).dialled(a), b];
}

/** One that was accepted. */
async function accepted(spec: string): Promise<[Kept, DrainableConnection, DrainableConnection]> {
  const kept = new Kept();
  const [a, b] = pipe(PEERS);
  return [kept, (await kept.recorder(spec).listener(listenerOf(b)).accept())!, a];
}

Deno.test("Recorder has what a client writes and reads, with the frames of each direction", async () => {
  const [kept, connection, far] = dialled("line");
  const reader = new PullReader(connection);
  const farReader = new PullReader(far);
  await Promise.all([connection.write(utf8("one\ntwo\n")), farReader.text()]);
  await Promise.all([far.write(utf8("1\n2")), reader.text()]);
  await Promise.all([far.write(utf8("\n")), reader.text()]);
  far.close();
  assertEquals(await reader.text(), undefined);
  connection.close();
  assertEquals(kept.told(), [
    ...HANDSHAKE,
    '50000 → 7 PSH,ACK 1:9 ack 1 "frame 1: bytes 0-3" "frame 2: bytes 4-7"',
    '7 → 50000 PSH,ACK 1:4 ack 9 "frame 1: bytes 0-1" "frame 2 begins: byte 2"',
    '7 → 50000 PSH,ACK 4:5 ack 9 "frame 2 ends: byte 0"',
    "7 → 50000 FIN,ACK 5 ack 9",
    "50000 → 7 ACK 9 ack 6",
    "50000 → 7 FIN,ACK 9 ack 6",
    "7 → 50000 ACK 6 ack 10",
  ]);
});

Deno.test("Recorder writes each packet before the bytes go on", async () => {
  const [kept, connection, far] = dialled("raw");
  const seen: string[][] = [kept.told()];
  const received = connection.receive(() => void seen.push(kept.told()));
  await far.write(utf8("hi"));
  await turn();
  const written = connection.write(utf8("ho"));
  seen.push(kept.told());
  assertEquals(seen, [
    HANDSHAKE,
    ['7 → 50000 PSH,ACK 1:3 ack 1 "frame 1: bytes 0-1"'],
    ['50000 → 7 PSH,ACK 1:3 ack 3 "frame 1: bytes 0-1"'],
  ]);
  await new PullReader(far).text();
  await written;
  connection.close();
  await received;
});

Deno.test("Recorder tells who ended an accepted connection: we, when it was idle, or the other end", async () => {
  const close = ["7 → 50000 FIN,ACK 1 ack 1", "50000 → 7 ACK 1 ack 2", "50000 → 7 FIN,ACK 1 ack 2"];
  for (const isReceiving of [true, false]) {
    const [kept, connection] = await accepted("line");
    const received = isReceiving ? connection.receive(() => {}) : undefined;
    connection.closeWhenIdle();
    await received;
    assertEquals(kept.told(), [...HANDSHAKE, ...close, "7 → 50000 ACK 2 ack 2"]);
  }
  const [kept, connection, far] = await accepted("line");
  const received = connection.receive(() => {});
  far.close();
  await received;
  assertEquals(kept.told(), [...HANDSHAKE, "50000 → 7 FIN,ACK 1 ack 1", "7 → 50000 ACK 1 ack 2"]);
  connection.close();
});

Deno.test("Recorder has a reset of either end, and a close where there was none to be had", async () => {
  const [ours, connection, far] = dialled("raw");
  const received = connection.receive(() => {});
  assertEquals(connection.reset(), true);
  await received;
  far.close();
  assertEquals(ours.told().slice(3), ["50000 → 7 RST,ACK 1 ack 1"]);

  const [theirs, other, farther] = dialled("raw");
  const failed = other.receive(() => {}).catch((error) => error.code);
  farther.reset();
  assertEquals(await failed, "connection_reset");
  other.close();
  assertEquals(theirs.told().slice(3), ["7 → 50000 RST,ACK 1 ack 1"]);

  const kept = new Kept();
  const [a, b] = pipe(PEERS);
  const plain = kept.recorder("raw").dialled(Object.assign(a, { reset: () => (a.close(), false) }));
  assertEquals(plain.reset(), false);
  b.close();
  assertEquals(kept.told()[3], "50000 → 7 FIN,ACK 1 ack 1");
});

Deno.test("Recorder takes a close for a reason of ours for no end of the other side", async () => {
  const [kept, connection, far] = dialled("raw");
  const received = connection.receive(() => {}).catch((error) => error.code);
  connection.close(new PinwireError("idle_timeout", "nothing moved"));
  assertEquals(await received, "idle_timeout");
  far.close();
  assertEquals(kept.told()[3], "50000 → 7 FIN,ACK 1 ack 1");
});

Deno.test("Recorder takes a failure of whoever takes the reads for none of this connection", async () => {
  const [kept, connection, far] = dialled("raw");
  const lost = new PinwireError("connection_reset", "another connection was reset");
  const received = connection.receive(() => Promise.reject(lost)).catch((error) => error);
  await far.write(utf8("x"));
  assertEquals(await received, lost);
  assertEquals(kept.told().length, 4);
  assertEquals(connection.reset(), true);
  assertEquals(kept.told(), ["50000 → 7 RST,ACK 1 ack 2"]);
  far.close();
});

Deno.test("Recorder says what is wrong with frames, and that a pause or the end ended one", async () => {
  const [kept, connection, far] = dialled("text");
  const reader = new PullReader(connection);
  await Promise.all([far.write(utf8("ab")), reader.text()]);
  kept.time += 20;
  await Promise.all([far.write(utf8("cd")), reader.text()]);
  await Promise.all([far.closeWrite(), reader.text()]);
  assertEquals(kept.told().slice(3), [
    '7 → 50000 PSH,ACK 1:3 ack 1 "frame 1 begins: bytes 0-1"',
    '7 → 50000 PSH,ACK 3:5 ack 1 "frame 2 begins: bytes 0-1" "frame 1 was ended by the pause before this"',
    '7 → 50000 FIN,ACK 5 ack 1 "frame 2 was ended by the end of the stream"',
    "50000 → 7 ACK 1 ack 6",
  ]);
  connection.close();

  const [broken, other, farther] = dialled("netstring");
  const sent = farther.write(utf8("x:"));
  await new PullReader(other).text();
  await sent;
  assertEquals(broken.told().slice(3), [
    '7 → 50000 PSH,ACK 1:3 ack 1 "netstring without a decimal length and a colon at byte 0"',
  ]);
  other.close();
});

Deno.test("Recorder makes reads and writes wait for a slow recording, and nothing once it has ended", async () => {
  const [kept, connection, far] = dialled("raw");
  const slow = Promise.withResolvers<void>();
  kept.slow = slow.promise;
  const seen: string[] = [];
  const received = connection.receive(() => void seen.push("read"));
  const farReader = new PullReader(far);
  const writing = Promise.all([far.write(utf8("a")), connection.write(utf8("b")), farReader.text()])
    .then(() => seen.push("written"));
  await turn();
  assertEquals(seen, []);
  slow.resolve();
  await writing;
  assertEquals(seen.sort(), ["read", "written"]);
  kept.recording.end();
  kept.take();
  await Promise.all([connection.write(utf8("c")), farReader.text()]);
  connection.close();
  await received;
  assertEquals(kept.take(), []);
});

Deno.test("Recorder tells of a write that failed while the recording is slow, at once", async () => {
  const [kept, connection, far] = dialled("raw");
  kept.slow = new Promise(() => {});
  const writing = connection.write(utf8("a"));
  await turn();
  far.reset();
  const error = await assertRejects(async () => await writing, PinwireError);
  assertEquals(error.code, "connection_reset");
  connection.close();
});

Deno.test("Recorder accepts nobody while the recording is slow, unless nobody is accepted any more", async () => {
  const kept = new Kept();
  const asked: string[] = [];
  const listener = kept.recorder("raw").listener({
    address: "tcp://127.0.0.1:7",
    sockets: "deno",
    accept: () => Promise.resolve(void asked.push("accept")),
    close: () => void asked.push("close"),
  });
  const slow = Promise.withResolvers<void>();
  kept.slow = slow.promise;
  const first = listener.accept();
  await turn();
  assertEquals(asked, []);
  slow.resolve();
  await first;
  kept.slow = new Promise(() => {});
  const second = listener.accept();
  listener.close();
  await second;
  assertEquals(asked, ["accept", "close", "accept"]);
});

Deno.test("Recorder makes ports up for ends that have none, names them, and tells of TLS once", () => {
  const kept = new Kept();
  let told = 0;
  const recorder = kept.recorder("raw", () => told++);
  const unix = { scheme: "unix", name: "unix:/tmp/socket" };
  for (let i = 0; i < 2; i++) recorder.dialled(pipe({ first: { name: "unix:#0" }, second: unix })[0]);
  assertEquals(kept.told().filter((line) => line.includes(" SYN ")), [
    '49152 → 49151 SYN 0 "unix:#0 → unix:/tmp/socket"',
    '49153 → 49151 SYN 0 "unix:#0 → unix:/tmp/socket"',
  ]);
  assertEquals([told, recorder.warning({ scheme: "unix" })], [0, undefined]);
  const tls = { ...PEERS, second: { ...PEERS.second, scheme: "tls" } };
  for (let i = 0; i < 2; i++) recorder.dialled(pipe(tls)[0]);
  assertEquals(kept.told()[0], '50000 → 7 SYN 0 "TLS, of which the plain text is recorded"');
  assertEquals([told, recorder.warning({ scheme: "tls" })], [
    1,
    "the recording holds as plain text what TLS encrypts",
  ]);
});
