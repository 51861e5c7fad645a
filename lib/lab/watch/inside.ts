import { TextLineStream } from "@std/streams";
import { preciseTime, sleep, systemClock } from "../../net/mod.ts";
import { PacketSocket } from "../../system/packet_socket.ts";
import { OUTSIDE } from "../stage/inside.ts";
import type { Ending, WatchMessage, WatchOrder } from "./messages.ts";
import { hasProgram } from "./program.ts";
import { Strace } from "./strace.ts";

/** As on Ethernet. */
const MTU = 1500;
/** Packets that are told of before others have their turn. */
const MOST_AT_ONCE = 8192;
/** Once the command has ended, what it started has ended what it does when so many ms bring nothing new; up to so often. */
const QUIET = 200, MOST_WAITS = 5;

/** Runs a command as the inner process, and tells of what it prints and sends; all that it started ends with us. */
export async function runInside(command: readonly string[]): Promise<number> {
  using inside = new Inside();
  await inside.run(command);
  return 0;
}

class Inside implements Disposable {
  readonly #packets = new PacketSocket(MTU);
  readonly #stdout = Deno.stdout.writable.getWriter();
  readonly #encoder = new TextEncoder();
  #told: Promise<void> = Promise.resolve();
  #count = 0;

  async run(command: readonly string[]): Promise<void> {
    const { strace, state } = await Strace.open();
    using _strace = strace;
    this.#watchPackets();
    this.#tell({ begun: state });
    const [file, ...args] = [...strace?.command ?? [], ...LINE_BUFFERED, ...command];
    const child = new Deno.Command(file, {
      args,
      clearEnv: true,
      env: environment(),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // A group of its own: Ctrl-C is for all of them.
      detached: true,
    }).spawn();
    this.#obey(child);
    for (const output of ["stdout", "stderr"] as const) this.#watchOutput(child[output], output);
    // strace itself ends with the last of what the command has started.
    const traced = strace?.watch((line) => {
      this.#tellPackets();
      this.#tell({ line });
      return this.#told;
    });
    const ended = await Promise.race([endingOf(child), ...traced ? [traced] : []]);
    await this.#quiet();
    this.#tellPackets();
    await this.#quiet();
    this.#tell({ ended });
    await this.#told;
  }

  [Symbol.dispose](): void {
    this.#packets[Symbol.dispose]();
  }

  async #watchPackets(): Promise<void> {
    while (await this.#packets.readable()) {
      this.#tellPackets();
      const missed = this.#packets.missed();
      if (missed) this.#tell({ missed });
      await this.#told;
    }
  }

  /** Tells of the packets that have passed. */
  #tellPackets(): void {
    for (let i = 0; i < MOST_AT_ONCE; i++) {
      const packet = this.#packets.read();
      if (!packet) return;
      const { bytes, length, time } = packet;
      this.#tell({ packet: bytes.toBase64(), length, time });
    }
  }

  async #watchOutput(stream: ReadableStream<Uint8Array>, output: "stdout" | "stderr"): Promise<void> {
    for await (const bytes of stream) {
      this.#tellPackets();
      this.#tell({ output, data: bytes.toBase64(), time: Math.floor(preciseTime() * 1000) });
      await this.#told;
    }
  }

  async #obey(child: Deno.ChildProcess): Promise<void> {
    const stdin = child.stdin.getWriter();
    // It need not read what it is given.
    const quietly = (done: Promise<void>) => done.catch(() => {});
    quietly(stdin.closed);
    const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) {
      const order: WatchOrder = JSON.parse(line);
      if ("input" in order) {
        quietly(stdin.write(Uint8Array.fromBase64(order.input))).then(() => this.#tell({ taken: true }));
      } else if ("end" in order) quietly(stdin.close());
      else interrupt(child.pid);
    }
    leave();
  }

  /** Done when nothing more comes of what the command has started, for which nobody waits long. */
  async #quiet(): Promise<void> {
    for (let i = 0; i < MOST_WAITS; i++) {
      await this.#told;
      const before = this.#count;
      await sleep(QUIET, systemClock);
      if (this.#count === before) return;
    }
  }

  #tell(message: WatchMessage): void {
    this.#count++;
    this.#told = this.#stdout.write(this.#encoder.encode(`${JSON.stringify(message)}\n`)).catch(leave);
  }
}

/** A program in C writes into a pipe in blocks, which are lost if it is ended; with this each line comes at once. */
const LINE_BUFFERED = hasProgram("stdbuf") ? ["stdbuf", "-oL", "--"] : [];

/** That of the command: the same for programs in Python, and nothing of ours. */
function environment(): Record<string, string> {
  const { [OUTSIDE]: _ours, ...others } = Deno.env.toObject();
  return { PYTHONUNBUFFERED: "1", ...others };
}

async function endingOf({ status }: Deno.ChildProcess): Promise<Ending> {
  const { code, signal } = await status;
  return { code, signal };
}

function interrupt(group: number): void {
  try {
    Deno.kill(-group, "SIGINT");
  } catch {
    // All of it has ended.
  }
}

/** Whoever started this has gone, so nobody looks any more. */
const leave = () => Deno.exit(1);
