import type { Context } from "../app/mod.ts";
import { PinwireError } from "../errors.ts";
import { type Address, type Connection, dial, type DialOptions } from "../net/mod.ts";
import { Session } from "../session/mod.ts";
import { bindingOf, type Token } from "../session/token.ts";
import { DiallerHandshake } from "./handshake.ts";
import { Outbox } from "./outbox.ts";
import { type DeviceStatus, type Message, parseMessage } from "./protocol.ts";

/** Milliseconds within which the answer must be there. A device has 2,000 of them to report. */
const ANSWER_TIME = 5_000;

/**
 * Has a controller carry out one line, such as `on kitchen` or `status`, and gives the devices that it is about.
 *
 * @throws {PinwireError} what dialling throws; `refused`; what the controller says went wrong
 */
export async function askController(
  address: Address,
  line: string,
  { token, ...dialling }: DialOptions & { token?: Token },
  context: Context,
): Promise<DeviceStatus[]> {
  const { stop, clock } = context;
  const connection = context.trace(await dial(address, { ...dialling, signal: stop.signal }, clock));
  using _closing = stop.onStop(() => connection.close());
  const late = clock.after(
    ANSWER_TIME,
    () => connection.close(noAnswer(`${connection.peer.name} does not answer`)),
  );
  const query = new ControllerQuery(connection, line, token, context);
  try {
    await query.run();
    return query.answer();
  } finally {
    late.cancel();
  }
}

/** Devices that an answer may name; further ones are ignored. */
const MOST_DEVICES = 10_000;

/** One line, said once the handshake is through, and what comes back. */
class ControllerQuery extends Session {
  #line: string;
  #outbox: Outbox;
  #handshake: DiallerHandshake;
  #isAsked = false;
  #devices: DeviceStatus[] = [];
  #end?: Message;

  constructor(connection: Connection, line: string, token: Token | undefined, context: Context) {
    super(connection, context);
    this.#line = line;
    this.#outbox = new Outbox(connection, context);
    this.#handshake = new DiallerHandshake(
      { role: "control" },
      token,
      () => bindingOf(connection, "dialled"),
    );
    this.#outbox.send(this.#handshake.line);
  }

  onFrame(body: Uint8Array): Promise<void> | void {
    const line = this.context.encoding.decode(body).text;
    const message = parseMessage(line);
    if (!this.#isAsked) return message && this.#shake(message, line);
    if (message?.say === "device" && this.#devices.length < MOST_DEVICES) {
      this.#devices.push(message.device);
    } else if (message?.say === "ok" || message?.say === "error") {
      this.#end = message;
      this.close();
    }
  }

  /** @throws {PinwireError} what the controller says went wrong, or `no_answer` */
  answer(): DeviceStatus[] {
    if (this.#end?.say === "ok") return this.#devices;
    if (this.#end?.say === "error") {
      throw new PinwireError("controller_error", this.#end.message, { hint: this.#end.hint });
    }
    throw noAnswer(`${this.peer.name} closed the connection without an answer`);
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
