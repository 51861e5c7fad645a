import { PinwireError } from "../errors.ts";
import { dialOptions, type DialSettings, Stop } from "../app/mod.ts";
import { type Address, checkDialable, dial, formatAddress, systemClock } from "../net/mod.ts";
import { type AnswerEnd, type Asker, DatagramAsker, makeMessage, StreamAsker } from "./askers.ts";

/** What `echo bench` is told. */
export interface BenchOptions extends DialSettings {
  connections: number;
  /** Bytes of a message. */
  size: number;
  /** Messages in all. */
  messages: number;
  /** Ms after which an answer counts as lost. */
  wait: number;
  json: boolean;
  quiet: boolean;
}

/** What was measured. */
export interface BenchResult {
  address: string;
  connections: number;
  size: number;
  /** Messages that were answered. */
  messages: number;
  lost: number;
  seconds: number;
  messagesPerSecond: number;
  /** Both directions together, in 10⁶ bytes. */
  megabytesPerSecond: number;
  /** In µs, from before the message's write to the end of its answer. */
  latency: { p50: number; p90: number; p99: number; max: number };
}

/**
 * Measures an echo server, until all messages are sent or `stop` is asked for.
 *
 * @param progress is told now and then how many messages were answered
 * @throws {PinwireError} what dialling throws; `no_answer`, `connection_closed`
 */
export async function measure(
  address: Address,
  options: BenchOptions,
  stop: AbortSignal,
  progress?: (answered: number) => void,
): Promise<BenchResult> {
  const { size, messages } = options;
  const latencies = new Float64Array(messages);
  let asked = 0;
  let answered = 0;
  const askers: Asker[] = [];
  const closeAll = () => {
    for (const asker of askers) asker.close();
  };
  stop.addEventListener("abort", closeAll);
  let ticker: ReturnType<typeof setInterval> | undefined;

  async function work(asker: Asker) {
    while (asked < messages && !stop.aborted) {
      asked++;
      const begin = performance.now();
      if (await asker.ask()) latencies[answered++] = (performance.now() - begin) * 1000;
    }
  }

  try {
    await openAskers(askers, address, options, stop);
    if (progress) ticker = setInterval(() => progress(answered), 200);
    const begin = performance.now();
    await Promise.all(askers.map(work)).catch((error) => {
      // What was measured before Ctrl-C counts.
      if (!stop.aborted) throw error;
    });
    const seconds = (performance.now() - begin) / 1000;
    const sorted = latencies.subarray(0, answered).sort();
    const at = (share: number) => Math.round(sorted[Math.ceil(answered * share) - 1] ?? 0);
    const bytes = answered * size + askers.reduce((sum, asker) => sum + asker.received, 0);
    return {
      address: formatAddress(address),
      connections: askers.length,
      size,
      messages: answered,
      lost: asked - answered,
      seconds: Number(seconds.toFixed(3)),
      messagesPerSecond: Math.round(answered / seconds),
      megabytesPerSecond: Number((bytes / seconds / 1e6).toFixed(2)),
      latency: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    };
  } finally {
    clearInterval(ticker);
    stop.removeEventListener("abort", closeAll);
    closeAll();
  }
}

/** Fills `askers`, which the caller closes, also when this fails or `stop` is aborted meanwhile. */
async function openAskers(
  askers: Asker[],
  address: Address,
  options: BenchOptions,
  stop: AbortSignal,
): Promise<void> {
  const { connections, messages, size, wait } = options;
  checkDialable(address);
  const message = makeMessage(size);
  let end: AnswerEnd | undefined;
  try {
    const dialling = { ...await dialOptions(address, options), signal: stop };
    for (let i = 0; i < Math.min(connections, messages); i++) {
      if (address.scheme === "udp") {
        askers.push(await DatagramAsker.open(address, dialling, message, wait, systemClock));
        continue;
      }
      const asker = new StreamAsker(await dial(address, dialling), message, wait, systemClock);
      askers.push(asker);
      asker.end = end ??= await asker.learn();
    }
  } catch (error) {
    if (!stop.aborted) throw error;
    throw new PinwireError("stopped", "stopped before anything was measured", { exitCode: 0 });
  }
}

/** Measures and prints: on stderr the progress, on stdout what was found. */
export async function bench(address: Address, options: BenchOptions): Promise<void> {
  using stop = new Stop().onSignals();
  const result = await measure(address, options, stop.signal, progressLine(options));
  if (!result.messages && result.lost) {
    throw new PinwireError("no_answer", `none of ${result.lost} messages to ${result.address} was answered`, {
      hint: "check that an echo server listens there, or wait longer with --wait",
    });
  }
  console.log(options.json ? JSON.stringify(result) : describe(result));
}

function progressLine({ quiet, messages }: BenchOptions): ((answered: number) => void) | undefined {
  if (quiet || !Deno.stderr.isTerminal()) return undefined;
  const encoder = new TextEncoder();
  return (answered) => {
    const percent = Math.floor(answered / messages * 100);
    Deno.stderr.writeSync(encoder.encode(`\r${answered} of ${messages} messages, ${percent} %\r`));
  };
}

function describe(result: BenchResult): string {
  const { latency, messages, lost } = result;
  const number = (value: number) => value.toLocaleString("en");
  const share = (lost / (messages + lost) * 100).toFixed(2);
  return [
    `${result.address}: ${number(messages)} messages of ${number(result.size)} bytes in ${
      result.seconds.toFixed(2)
    } s, ` +
    `${number(result.connections)} connections`,
    `  rate     ${number(result.messagesPerSecond)} messages/s, ${
      result.megabytesPerSecond.toFixed(2)
    } MB/s both ways`,
    `  latency  p50 ${number(latency.p50)} µs, p90 ${number(latency.p90)} µs, ` +
    `p99 ${number(latency.p99)} µs, max ${number(latency.max)} µs`,
    ...lost ? [`  lost     ${number(lost)} (${share} %)`] : [],
  ].join("\n");
}
