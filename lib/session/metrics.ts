import type { Context, Event } from "../app/mod.ts";
import {
  type Clock,
  type Connection,
  type DatagramSocket,
  tapDatagrams,
  type Timer,
  wrapConnection,
} from "../net/mod.ts";

/** A number of a server's, or several that differ in a label, as a monitoring system asks for it. */
export interface Metric {
  /** Without the `_total` behind that of a counter. */
  name: string;
  type: "counter" | "gauge";
  help: string;
  /** The present values. */
  samples(): Sample[];
}

export interface Sample {
  value: number;
  label?: [name: string, value: string];
}

/** Shows metrics to whoever asks, on a listener of its own, which is open. Nobody is answered before {@linkcode begin}. */
export interface Exporter extends Disposable {
  readonly counts: Counts;
  /**
   * Says where it is, and answers from now on.
   *
   * @param metrics what the mode counts, besides what every server does
   */
  begin(metrics: readonly Metric[]): void;
}

/** Ms between two looks at how late the event loop is. */
const LOOK = 500;
/** Ms for which a delay counts, at least; twice that at most. */
const WINDOW = 15_000;

/** A metric with one value. */
export const single = (
  name: string,
  type: Metric["type"],
  help: string,
  value: () => number,
): Metric => ({ name, type, help, samples: () => [{ value: value() }] });

/** Counts what happens at a server. It must be there before whatever asks whether anybody wants to know of messages. */
export class Counts implements Disposable {
  readonly metrics: readonly Metric[];
  #open = 0;
  #accepted = 0;
  #messages = 0;
  #bytes = { in: 0, out: 0 };
  #errors = new Map<string, number>();
  #delay: LoopDelay;
  #tap: Disposable;

  constructor({ reporter, clock }: Context) {
    this.#tap = reporter.tap((event, code) => this.#hear(event, code));
    this.#delay = new LoopDelay(clock);
    this.metrics = [
      single("pinwire_connections", "gauge", "Connections that are open.", () => this.#open),
      single(
        "pinwire_connections_accepted",
        "counter",
        "Connections that were accepted.",
        () => this.#accepted,
      ),
      single("pinwire_messages", "counter", "Messages that came.", () => this.#messages),
      {
        name: "pinwire_bytes",
        type: "counter",
        help: "Bytes that came from clients (in) and went to them (out).",
        samples: () => [
          { value: this.#bytes.in, label: ["direction", "in"] },
          { value: this.#bytes.out, label: ["direction", "out"] },
        ],
      },
      {
        name: "pinwire_errors",
        type: "counter",
        help: "Errors that were reported, by their code.",
        samples: () => [...this.#errors].map(([code, value]) => ({ value, label: ["code", code] })),
      },
      single(
        "pinwire_event_loop_delay_seconds",
        "gauge",
        "How late the event loop was at most in the last 15 to 30 seconds.",
        () => this.#delay.longest / 1000,
      ),
    ];
  }

  /** The same context, in which what crosses is counted. */
  over(context: Context): Context {
    return {
      ...context,
      traceAccepted: (connection) => context.traceAccepted(this.#connection(connection)),
      traceDatagrams: (socket) => context.traceDatagrams(this.#datagrams(socket)),
    };
  }

  [Symbol.dispose](): void {
    this.#tap[Symbol.dispose]();
    this.#delay[Symbol.dispose]();
  }

  #hear({ event }: Event, code: string | undefined): void {
    if (event === "message") this.#messages++;
    else if (event === "disconnected") this.#open--;
    else if (event === "error") this.#errors.set(code ?? OTHER, (this.#errors.get(code ?? OTHER) ?? 0) + 1);
    else if (event === "connected") {
      this.#open++;
      this.#accepted++;
    }
  }

  #connection(connection: Connection): Connection {
    const bytes = this.#bytes;
    const { writeFrames } = connection;
    return wrapConnection(
      connection,
      {
        receive: (sink, options) =>
          connection.receive((read) => {
            bytes.in += read.length;
            return sink(read);
          }, options),
        write(written) {
          bytes.out += written.length;
          return connection.write(written);
        },
        ...writeFrames && {
          writeFrames(frames) {
            bytes.out += frames.length;
            return connection.writeFrames!(frames);
          },
        },
      } satisfies Partial<Connection>,
    );
  }

  #datagrams(socket: DatagramSocket): DatagramSocket {
    return tapDatagrams(socket, {
      read: ({ length }) => void (this.#bytes.in += length),
      written: ({ length }) => void (this.#bytes.out += length),
    });
  }
}

/** The code of errors that have none. */
const OTHER = "other";

/** How late the event loop comes to what is due. */
class LoopDelay implements Disposable {
  #clock: Clock;
  #timer: Timer;
  #dueAt: number;
  #windowEnds: number;
  /** The longest delays in this window, and in the one before. */
  #now = 0;
  #before = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#dueAt = clock.now() + LOOK;
    this.#windowEnds = clock.now() + WINDOW;
    this.#timer = clock.every(LOOK, () => this.#look());
  }

  /** In ms. */
  get longest(): number {
    return Math.max(this.#now, this.#before);
  }

  [Symbol.dispose](): void {
    this.#timer.cancel();
  }

  #look(): void {
    const now = this.#clock.now();
    if (now >= this.#windowEnds) {
      this.#before = this.#now;
      this.#now = 0;
      this.#windowEnds = now + WINDOW;
    }
    this.#now = Math.max(this.#now, now - this.#dueAt);
    this.#dueAt = now + LOOK;
  }
}
