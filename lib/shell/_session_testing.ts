import { assertRejects } from "@std/assert";
import { isWindows } from "../../tests/support.ts";
import { contextOf } from "../app/_testing.ts";
import type { Event, Reporter } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { parseSpec } from "../framing/mod.ts";
import { PullReader } from "../net/_pull_reader.ts";
import { type Clock, type Connection, type Peer, pipe, systemClock } from "../net/mod.ts";
import { AdmissionControl } from "../session/admission.ts";
import { Token } from "../session/token.ts";
import { ShellClient } from "./client/client.ts";
import { JobRunner, type Rules } from "./process/job_runner.ts";
import { FRAME_SPEC, TYPE } from "./protocol.ts";
import { ShellSession } from "./session.ts";
import { parseFailure } from "./wire/bodies.ts";
import { post } from "./wire/flow.ts";
import { makeFrame, makeJsonFrame, splitFrame } from "./wire/frame.ts";
import { ClientHandshake } from "./wire/handshake.ts";

const SERVER = tcpEnd(8080);

export function posix(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: isWindows, fn });
}

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (body: Uint8Array) => new TextDecoder().decode(body);

/** The far end of a connection, which sends what a test wants. */
export class FarEnd {
  readonly served: Promise<void>;
  #connection: Connection;
  #token: Token;
  #reader: PullReader;
  #decoder = parseSpec(FRAME_SPEC).open().decoder;

  constructor(connection: Connection, served: Promise<void>, token: Token) {
    this.#connection = connection;
    this.#reader = new PullReader(connection);
    this.served = served;
    this.#token = token;
  }

  /** Sends frames, though nobody may read them. */
  send(...frames: Uint8Array[]): void {
    for (const frame of frames) post(this.#connection, frame);
  }

  exec(stream: number, command: string): void {
    this.send(makeJsonFrame(TYPE.exec, stream, { argv: [command] }));
  }

  /** The next frame as `TYPE STREAM BODY`; `end` is the end. */
  async next(): Promise<string> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const frame = this.#decoder.next();
      if (frame) {
        const { type, stream, body } = splitFrame(frame);
        const name = Object.entries(TYPE).find(([, number]) => number === type)![0];
        const said = type === TYPE.error ? parseFailure(body).code : text(body);
        return `${name} ${stream} ${said}`.trim();
      }
      const count = await this.#reader.read(buffer);
      if (count === null) return "end";
      this.#decoder.feed(buffer.slice(0, count));
    }
  }

  /** All frames up to this one. */
  async until(last: string): Promise<string[]> {
    const frames = [await this.next()];
    while (!frames.at(-1)!.startsWith(last) && frames.at(-1) !== "end") frames.push(await this.next());
    return frames;
  }

  /** Everything that was sent before is worked through. */
  async ping(): Promise<string[]> {
    this.send(makeFrame(TYPE.ping, 0));
    return (await this.until("pong")).slice(0, -1);
  }

  async enter(): Promise<this> {
    const handshake = new ClientHandshake(() => Promise.resolve(this.#token), SERVER.name);
    this.send(handshake.hello);
    const [challenge] = (await this.next()).match(/\{.*/)!;
    this.send(await handshake.prove(bytes(challenge)));
    await handshake.check(bytes((await this.next()).replace(/^ready 0 /, "")));
    return this;
  }

  close = () => this.#connection.close();
}

/** Runs commands by these rules; all other limits are so high that no test meets them. */
export function jobRunnerBy(rules: Partial<Rules>, reporter: Reporter): JobRunner {
  const own = {
    shell: "/bin/sh",
    allowCommand: [],
    cwd: "/",
    env: {},
    maxSessions: 64,
    timeout: 0,
    maxOutput: 0,
  };
  return new JobRunner({ ...own, ...rules }, reporter, systemClock);
}

/** An end of a TCP connection on this machine, as its carrier states it. */
export function tcpEnd(port: number): Peer {
  const host = "127.0.0.1";
  return { scheme: "tcp", host, port, name: `tcp://${host}:${port}`, isLocal: true, isEncrypted: false };
}

/** A server in memory: where its clients come from, how many it takes, and its time. */
interface WorldOptions {
  from?: Partial<Peer>;
  maxClients?: number;
  clock?: Clock;
}

/** A server in memory. */
export async function world(
  rules: Partial<Rules> = {},
  { from, maxClients = 100, clock = systemClock }: WorldOptions = {},
) {
  const events: Event[] = [];
  const context = contextOf(FRAME_SPEC, { clock, onEvent: (event) => void events.push(event) });
  const jobs = jobRunnerBy(rules, context.reporter);
  const token = await Token.from("k".repeat(43));
  const admission = new AdmissionControl(context.reporter, maxClients, clock);
  const count = { ran: 0 };
  const shell = { jobs, token, idleTimeout: 0, ran: () => void count.ran++ };
  const ends: { close(): void; served: Promise<void> }[] = [];
  const connect = () => {
    const [here, there] = pipe({ first: SERVER, second: { ...tcpEnd(5), ...from } });
    const pending = admission.enter(here);
    const served = new ShellSession(here, context, shell, pending).run().finally(() => {
      here.close();
      pending.left();
    });
    served.catch(() => {});
    ends.push({ close: () => there.close(), served });
    return { there, served };
  };
  return {
    context,
    jobs,
    count,
    errors: () => events.filter(({ event }) => event === "error"),
    peer() {
      const { there, served } = connect();
      return new FarEnd(there, served, token);
    },
    client: (secret = token) =>
      ShellClient.open(connect().there, () => Promise.resolve(secret), contextOf(FRAME_SPEC)),
    async [Symbol.asyncDispose]() {
      for (const { close } of ends) close();
      await Promise.allSettled(ends.map(({ served }) => served));
    },
  };
}

/** The code of what a promise rejects with. */
export const codeOf = async (promise: Promise<unknown>) =>
  (await assertRejects(() => promise, PinwireError)).code;
