import { PinwireError } from "../errors.ts";
import { pullFrames } from "../framing/mod.ts";
import { type Context, systemClock } from "../app/mod.ts";
import { type Address, type Connection, dial, withTimeout } from "../net/mod.ts";
import { bindingOf, type Token } from "../session/token.ts";
import { DiallerHandshake } from "./handshake.ts";
import { Outbox } from "./outbox.ts";
import { type DeviceStatus, type Message, parseMessage } from "./protocol.ts";

/** The answer must be there within so many ms; a device alone has 2,000 to report. */
const ANSWER_TIME = 5_000;

/**
 * Has a controller carry out one line, such as `on kitchen` or `status`, and gives the devices that it is about.
 *
 * @throws {PinwireError} what dialling throws; `refused`; what the controller says went wrong
 */
export async function askController(
  address: Address,
  line: string,
  { ca, token }: { ca?: string; token?: Token },
  context: Context,
): Promise<DeviceStatus[]> {
  const { stop } = context;
  const connection = context.trace(await dial(address, { ca, signal: stop.signal }));
  using _closing = stop.onStop(() => connection.close());
  const question = new Question(connection, line, token, context);
  try {
    const reading = pullFrames(connection, context.codec.open().decoder, question);
    if (!await withTimeout(ANSWER_TIME, reading)) {
      throw noAnswer(`${connection.remote} does not answer`);
    }
    return question.answer();
  } finally {
    connection.close();
  }
}

/** Devices that an answer may name; a controller that says more isn't believed. */
const MOST_DEVICES = 10_000;

/** One line, said once the handshake is through, and what comes back. */
class Question {
  readonly clock = systemClock;
  #connection: Connection;
  #line: string;
  #context: Context;
  #outbox: Outbox;
  #handshake: DiallerHandshake;
  #isAsked = false;
  #devices: DeviceStatus[] = [];
  #end?: Message;
  #pending?: Promise<void>;

  constructor(connection: Connection, line: string, token: Token | undefined, context: Context) {
    this.#connection = connection;
    this.#line = line;
    this.#context = context;
    this.#outbox = new Outbox(connection, context);
    this.#handshake = new DiallerHandshake({ role: "control" }, token, bindingOf(connection, "dialled"));
    this.#outbox.send(this.#handshake.line);
  }

  onFrame(body: Uint8Array): boolean {
    const line = this.#context.encoding.decode(body).text;
    const message = parseMessage(line);
    if (!this.#isAsked) this.#pending = message && this.#shake(message, line);
    else if (message?.say === "device" && this.#devices.length < MOST_DEVICES) {
      this.#devices.push(message.device);
    } else if (message?.say === "ok" || message?.say === "error") this.#finish(message);
    return this.#pending !== undefined;
  }

  onBatch(): Promise<void> | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }

  /** @throws {PinwireError} what the controller says went wrong, or `no_answer` */
  answer(): DeviceStatus[] {
    if (this.#end?.say === "ok") return this.#devices;
    if (this.#end?.say === "error") {
      throw new PinwireError("controller_error", this.#end.message, { hint: this.#end.hint });
    }
    throw noAnswer(`${this.#connection.remote} closed the connection without an answer`);
  }

  #finish(message: Message): void {
    this.#end = message;
    this.#connection.close();
  }

  async #shake(message: Message, line: string): Promise<void> {
    const answer = await this.#handshake.take(message, line);
    if (answer !== undefined) this.#outbox.send(answer);
    if (!this.#handshake.isGreeted || !this.#handshake.isProven) return;
    this.#isAsked = true;
    this.#outbox.send(this.#line);
  }
}

const noAnswer = (what: string) =>
  new PinwireError("no_answer", what, {
    hint: "check that a pinwire controller listens there, and whether it needs tls://",
  });
