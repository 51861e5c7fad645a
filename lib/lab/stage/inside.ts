import { TextLineStream } from "@std/streams";
import type { LabEvent } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { isNewNetwork, networkNamespace } from "../../system/private_network.ts";
import { type Audience, Stage } from "./stage.ts";

/** Holds the network namespace that the program was started from: where that is the same, nothing is private. */
export const OUTSIDE = "PINWIRE_LAB_OUTSIDE";

/** A line that the inner process writes, as JSON: bytes in base64, the time of a packet in µs since 1970. */
export type Message =
  | { event: LabEvent & { time: string } }
  | { packet: string; time: number }
  | { step: true };

/**
 * Whether this is the inner process, in a network of its own. The TUN device must never get into the machine's own
 * network, whatever somebody has set a variable to.
 *
 * @throws {PinwireError} `no_private_network` if it was started as one, and isn't in a new network
 */
export function isInside(): boolean {
  const outside = Deno.env.get(OUTSIDE);
  if (outside === undefined) return false;
  if (outside !== networkNamespace() && isNewNetwork()) return true;
  throw new PinwireError("no_private_network", `${OUTSIDE} is set, and this network isn't a new one`, {
    hint: `unset ${OUTSIDE}: the lab sets it itself, for a process in a network that it has made`,
  });
}

/** Plays a lesson on a stage, as the inner process. */
export async function playInside(
  lesson: (stage: Stage) => Promise<void>,
  options: { step: boolean },
): Promise<number> {
  return await tellOutside(async (audience) => {
    using stage = new Stage(audience);
    await lesson(stage);
  }, options);
}

/**
 * Does what the inner process is there for: it tells the outer one on stdout, and is told by lines on stdin to go on.
 *
 * @param step whether it waits for that
 * @returns the exit code
 */
export async function tellOutside(
  play: (audience: Audience) => Promise<void>,
  { step }: { step: boolean },
): Promise<number> {
  const outer = new OuterProcess(step);
  await play(outer);
  await outer.told;
  return 0;
}

class OuterProcess implements Audience {
  /** Done when all that was told has been written. */
  told: Promise<void> = Promise.resolve();
  readonly #stdout = Deno.stdout.writable.getWriter();
  readonly #encoder = new TextEncoder();
  #go?: () => void;

  readonly #isStepping: boolean;

  constructor(isStepping: boolean) {
    this.#isStepping = isStepping;
    this.#listen();
  }

  tell(event: LabEvent): void {
    this.#write({ event: { ...event, time: new Date().toISOString() } });
  }

  record(packet: Uint8Array, time: number): void {
    this.#write({ packet: packet.toBase64(), time });
  }

  step(): Promise<void> {
    if (!this.#isStepping) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#go = resolve;
    this.#write({ step: true });
    return promise;
  }

  #write(message: Message): void {
    const bytes = this.#encoder.encode(`${JSON.stringify(message)}\n`);
    this.told = this.#stdout.write(bytes).catch(leave);
  }

  async #listen(): Promise<void> {
    const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const _ of lines) this.#go?.();
    leave();
  }
}

/** Whoever started this has gone, so nobody looks any more. */
const leave = () => Deno.exit(1);
