import { assertRejects } from "@std/assert";
import { isWindows } from "../../tests/support.ts";
import { PinwireError } from "../errors.ts";
import { parseSpec } from "../framing/mod.ts";
import { type Context, type Event, Reporter, Stop } from "../app/mod.ts";
import { type Connection, pipe } from "../net/mod.ts";
import { AdmissionControl } from "../session/admission.ts";
import { Token } from "../session/token.ts";
import { utf8 } from "../text/mod.ts";
import { ShellClient } from "./client/client.ts";
import { ClientHandshake } from "./handshake.ts";
import { JobRunner, type Rules } from "./process/job_runner.ts";
import * as wire from "./protocol.ts";
import { serveShell } from "./session.ts";

const { makeFrame, makeJsonFrame, TYPE } = wire;
const SERVER = "tcp://127.0.0.1:8080";

export function posix(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: isWindows, fn });
}

/** Done when all that can happen now has happened. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (body: Uint8Array) => new TextDecoder().decode(body);

/** The far end of a connection, which says what it is told to. */
export class Peer {
  readonly served: Promise<void>;
  #connection: Connection;
  #token: Token;
  #decoder = parseSpec(wire.FRAME_SPEC).open().decoder;

  constructor(connection: Connection, served: Promise<void>, token: Token) {
    this.#connection = connection;
    this.served = served;
    this.#token = token;
  }

  /** Nobody has to take it. */
  send(...frames: Uint8Array[]): void {
    for (const frame of frames) this.#connection.write(frame).catch(() => {});
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
        const { type, stream, body } = wire.splitFrame(frame);
        const name = Object.entries(TYPE).find(([, number]) => number === type)![0];
        const said = type === TYPE.error ? wire.parseFailure(body).code : text(body);
        return `${name} ${stream} ${said}`.trim();
      }
      const count = await this.#connection.read(buffer);
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
    const handshake = new ClientHandshake(this.#token, SERVER);
    this.send(handshake.hello);
    const [challenge] = (await this.next()).match(/\{.*/)!;
    this.send(await handshake.prove(bytes(challenge)));
    await handshake.check(bytes((await this.next()).replace(/^ready 0 /, "")));
    return this;
  }

  close = () => this.#connection.close();
}

/** What an end works with: nothing is printed, and its events go to `onEvent`. */
function contextOf(onEvent: (event: Event) => void = () => {}): Context {
  return {
    encoding: utf8,
    codec: parseSpec(wire.FRAME_SPEC),
    reporter: new Reporter({ program: "", role: "client", forward: onEvent }),
    stop: new Stop(),
    trace: (connection) => connection,
    traceDatagrams: (socket) => socket,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What runs commands, by these rules and otherwise without any limit that a test meets. */
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
  return new JobRunner({ ...own, ...rules }, reporter);
}

/** A server in memory. */
export async function world(
  rules: Partial<Rules> = {},
  { remote = "tcp://127.0.0.1:5", maxClients = 100 } = {},
) {
  const events: Event[] = [];
  const context = contextOf((event) => void events.push(event));
  const jobs = jobRunnerBy(rules, context.reporter);
  const token = await Token.from("k".repeat(43));
  const count = { ran: 0 };
  const share = {
    jobs,
    token,
    gate: new AdmissionControl(context.reporter, maxClients),
    idleTimeout: 0,
    ran: () => void count.ran++,
  };
  const ends: { close(): void; served: Promise<void> }[] = [];
  const connect = () => {
    const [here, there] = pipe();
    const served = serveShell({ ...here, local: SERVER, remote }, context, share).finally(here.close);
    served.catch(() => {});
    ends.push({ close: there.close, served });
    return { there: { ...there, remote: SERVER }, served };
  };
  return {
    context,
    count,
    errors: () => events.filter(({ event }) => event === "error"),
    peer() {
      const { there, served } = connect();
      return new Peer(there, served, token);
    },
    client: (secret = token) => ShellClient.open(connect().there, secret, contextOf()),
    async [Symbol.asyncDispose]() {
      for (const { close } of ends) close();
      await Promise.allSettled(ends.map(({ served }) => served));
    },
  };
}

/** The code of what a promise rejects with. */
export const codeOf = async (promise: Promise<unknown>) =>
  (await assertRejects(() => promise, PinwireError)).code;
