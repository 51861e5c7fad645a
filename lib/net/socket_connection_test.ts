import { assertEquals, assertRejects } from "@std/assert";
import { has, PYTHON, run } from "../../tests/support.ts";
import { pure, turn } from "../../tests/support/pure.ts";
import { FakeClock } from "./_fake_clock.ts";
import { PinwireError } from "../errors.ts";
import { receiveAll } from "./_carriers.ts";
import { parseAddress } from "./address.ts";
import { HALF_CLOSE_TIME, SocketConnection } from "./connection.ts";
import { listen } from "./listen/listen.ts";
import { socketPeer } from "./peer.ts";

/** The code of what `act` rejects with. */
const codeOf = async (act: Promise<unknown>) => (await assertRejects(() => act, PinwireError)).code;

/** One of Deno's sockets, whose reads and writes end when the test says so. */
class Socket {
  readonly localAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
  readonly remoteAddr = { transport: "tcp", hostname: "127.0.0.1", port: 2 } as const;
  readonly written: string[] = [];
  undelayed = 0;
  isClosed = false;
  #reads: (string | null)[];
  /** Bytes that a write takes; none while it is 0, until the socket is closed. */
  #takes: number;
  #closed = Promise.withResolvers<never>();

  constructor(reads: (string | null)[], takes = Infinity) {
    this.#reads = reads;
    this.#takes = takes;
    this.#closed.promise.catch(() => {});
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const text = this.#reads.shift();
    if (text === undefined) return this.#closed.promise;
    return Promise.resolve(text === null ? null : new TextEncoder().encodeInto(text, buffer).written);
  }

  write(bytes: Uint8Array): Promise<number> {
    if (!this.#takes) return this.#closed.promise;
    const part = bytes.subarray(0, this.#takes);
    this.written.push(new TextDecoder().decode(part));
    return Promise.resolve(part.length);
  }

  setNoDelay(): void {
    this.undelayed++;
  }

  closeWrite = (): Promise<void> => Promise.resolve();

  close(): void {
    this.isClosed = true;
    this.#closed.reject(new Deno.errors.BadResource("closed"));
  }
}

function connectionOver(socket: Socket, halfCloseTime?: number, clock = new FakeClock()): SocketConnection {
  const peer = socketPeer({ transport: "tcp", hostname: "127.0.0.1", port: 5 }, "tcp");
  return new SocketConnection(socket as unknown as Deno.Conn, peer, halfCloseTime, clock);
}

const bytes = (length: number) => new Uint8Array(length).fill(0x61);

pure("SocketConnection passes over reads of no bytes", async () => {
  const reads: string[] = [];
  await connectionOver(new Socket(["", "a", "", null]))
    .receive((bytes) => void reads.push(new TextDecoder().decode(bytes)));
  assertEquals(reads, ["a"]);
});

pure("SocketConnection writes all, though a write of the system's takes a part", async () => {
  const socket = new Socket([], 2);
  const connection = connectionOver(socket);
  const text = (text: string) => new TextEncoder().encode(text);
  await Promise.all([connection.write(text("abcde")), connection.write(text("fg"))]);
  assertEquals(socket.written, ["ab", "cd", "e", "fg"]);
});

pure("SocketConnection turns the delay of small writes off once one of them could be held up", async () => {
  const socket = new Socket([]);
  const connection = connectionOver(socket);
  await connection.write(bytes(1));
  assertEquals(socket.undelayed, 0);
  await connection.write(bytes(1));
  await connection.write(bytes(1));
  assertEquals(socket.undelayed, 1);
  const long = new Socket([]);
  await connectionOver(long).write(bytes(1_209));
  assertEquals(long.undelayed, 1);
});

pure("SocketConnection gives writes 5 s once the peer has ended its side, and then closes", async () => {
  for (const writesFirst of [true, false]) {
    const clock = new FakeClock();
    const socket = new Socket([null], 0);
    const connection = connectionOver(socket, HALF_CLOSE_TIME, clock);
    const [ended, writing] = writesFirst
      ? [connection.write(bytes(1)), connection.receive(() => {})].reverse()
      : [connection.receive(() => {}), turn().then(() => connection.write(bytes(1)))];
    const code = codeOf(writing);
    await ended;
    await turn();
    clock.pass(4_999);
    assertEquals(socket.isClosed, false);
    clock.pass(1);
    assertEquals([socket.isClosed, await code, clock.pending], [true, "connection_closed", 0]);
  }
});

pure("SocketConnection leaves no timer when it is closed, and none where there is no limit", async () => {
  const clock = new FakeClock();
  for (const time of [HALF_CLOSE_TIME, undefined]) {
    const connection = connectionOver(new Socket([null]), time, clock);
    await connection.receive(() => {});
    await connection.write(bytes(1));
    assertEquals(clock.pending, time === undefined ? 0 : 1);
    connection.close();
    assertEquals(clock.pending, 0);
  }
});

Deno.test({
  name: "SocketConnection says that the peer reset it, to reader and writer (needs python)",
  ignore: !has(PYTHON),
  async fn() {
    const listener = await listen(parseAddress("0", { schemes: ["tcp"] }));
    const port = listener.address.split(":").at(-1)!;
    // Closed with a linger time of 0, a socket sends RST (tcp(7)).
    const peer = run(PYTHON, [
      "-c",
      "import socket, struct, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); s.recv(1); " +
      "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close()",
      port,
    ]);
    const connection = (await listener.accept())!;
    listener.close();
    await connection.write(new Uint8Array(1));
    assertEquals((await peer).stderr, "");
    assertEquals(await codeOf(receiveAll(connection)), "connection_reset");
    assertEquals(await codeOf(connection.write(new Uint8Array(9))!), "connection_closed");
    connection.close();
  },
});
