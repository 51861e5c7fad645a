import { messageOf, PinwireError } from "../errors.ts";
import { type Encoding, safeJson, visible } from "../text/mod.ts";
import type { ErrorEvent, Event, MessageEvent } from "./events.ts";
import { encodingHint } from "./encoding_hint.ts";
import { Output, type Sink, standardStream } from "./output.ts";
import { type Clock, systemClock, withTimeout } from "../net/mod.ts";

/** Where a program's own words go. */
export interface ReporterOptions {
  /** `pinwire echo` and the like, before each line on stderr. */
  program: string;
  /** A server tells on stderr who comes and goes; a client only errors. */
  role: "server" | "client";
  /** Events go to stdout, one JSON object a line. */
  json?: boolean;
  /** Only the ready line and errors go to stderr. */
  quiet?: boolean;
  /** How a message is shown on stdout without `json`; without it messages aren't shown. */
  showMessage?(message: MessageEvent): string;
  /** What a client writes to stdout of any other event but errors, unless `json` or `quiet`. */
  show?(event: Exclude<Event, MessageEvent | ErrorEvent>): string | undefined;
  /** Takes the events in place of stdout and stderr: a worker hands them to its main thread. */
  forward?(event: Event): void;
  /** With `forward`: if too many events are on their way, done when fewer are. */
  forwarded?(): Promise<void> | undefined;
  /** Default: that of this machine. */
  clock?: Clock;
  /** Default: the process's own. */
  stdout?: Sink;
  /** Default: the process's own. */
  stderr?: Sink;
  /** Told once when stdout turns out to be closed, as by `| head -1`. */
  onClosed?(): void;
  /** Aborted when the program stops: nobody waits for a slow reader then. */
  signal?: AbortSignal;
}

/** Is told of an event, and of an error's code. */
type EventTap = (event: Event, code?: string) => void;

/** Tells of events: on stdout for programs, on stderr for people. */
export class Reporter {
  #options: ReporterOptions;
  #clock: Clock;
  #stdout: Output;
  #stderr: Output;
  #hasHinted = false;
  #console?: (line: string) => void;
  #taps = new Set<EventTap>();

  constructor(options: ReporterOptions) {
    const { stdout = standardStream("stdout"), stderr = standardStream("stderr"), onClosed, signal } =
      options;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#stdout = new Output(stdout, {
      onClosed,
      signal,
      onDropped: (count) => this.error(eventsDropped(count)),
    });
    this.#stderr = new Output(stderr, { signal });
  }

  /** Whether anybody looks at messages; if not, they need not be decoded. */
  get wantsMessages(): boolean {
    return Boolean(this.#options.json || this.#options.showMessage || this.#taps.size);
  }

  /** Whether nobody reads stdout any more. */
  get isClosed(): boolean {
    return this.#stdout.isClosed;
  }

  /** Nobody reads stdout any more, as somebody found who writes bytes there. */
  closed(): void {
    this.#stdout.close();
  }

  /** Has `hear` told of each event too, until what it gives is disposed of. */
  tap(hear: EventTap): Disposable {
    this.#taps.add(hear);
    return { [Symbol.dispose]: () => void this.#taps.delete(hear) };
  }

  /**
   * Tells of one event, now; programs alone are told of it if people would see too many.
   *
   * @param code that of an error, for those who count
   */
  report(event: Event, forPrograms = false, code?: string): void {
    const { json, quiet, role, show, showMessage, forward } = this.#options;
    for (const hear of this.#taps) hear(event, code);
    if (forward) {
      forward(event);
    } else if (json) {
      this.print(printEvent(event, this.#clock));
    } else if (event.event === "message") {
      if (showMessage) this.print(showMessage(event));
    } else if (event.event === "listening" || event.event === "error") {
      this.#say(event);
    } else if (quiet || forPrograms) {
      return;
    } else if (role === "server") {
      this.#say(event);
    } else {
      const text = show?.(event);
      if (text !== undefined) this.write(text);
    }
  }

  /** Reports what was thrown, about a peer if it is about one. */
  error(error: unknown, peer?: string): void {
    const message = messageOf(error);
    const hint = error instanceof Error && "hint" in error ? error.hint as string | undefined : undefined;
    const event = {
      event: "error",
      message,
      ...hint !== undefined && { hint },
      ...peer !== undefined && { peer },
    } as const;
    this.report(event, false, error instanceof PinwireError ? error.code : undefined);
  }

  /** What a peer has sent could not be decoded: says, the first time only, what would read it. */
  undecodable(bytes: Uint8Array, peer: string, encoding: Encoding): void {
    const hint = this.#hasHinted ? undefined : encodingHint(bytes, encoding);
    if (hint === undefined) return;
    this.#hasHinted = true;
    this.error(
      new PinwireError("undecodable", `what ${peer} writes is not ${encoding.name}`, { hint }),
      peer,
    );
  }

  /** Prints a line on stdout. */
  print(line: string): void {
    this.write(line + "\n");
  }

  /** Writes to stdout as it is. */
  write(text: string): void {
    this.#stdout.write(text);
  }

  /** Writes lines to stderr as they are. */
  note(lines: string): void {
    if (this.#console) this.#console(lines.replace(/\n$/, ""));
    else this.#stderr.write(lines);
  }

  /** From now on gives to a console what would go to stderr, since they share a terminal. */
  divert(print: (line: string) => void): void {
    this.#console = print;
  }

  /** If stdout or stderr isn't read as fast as there is something to say, done when it is: whoever takes messages in waits for it. */
  drained(): Promise<void> | undefined {
    return this.#options.forwarded?.() ?? this.#stdout.drained() ?? this.#stderr.drained();
  }

  /**
   * Done when all is printed, or when nobody reads it.
   *
   * @throws what kept it from being printed, such as a full disk
   */
  async flush(): Promise<void> {
    // A stderr that can't be written is no reason to fail, and there is no place to say so.
    const told = this.#stderr.flush().catch(() => {});
    await withTimeout(FLUSH_TIME, Promise.all([this.#stdout.flush(), told]), this.#clock);
  }

  #say(event: Exclude<Event, MessageEvent>): void {
    this.note(`${this.#options.program}: ${visible(sentence(event))}\n`);
  }
}

/** An event as `--json` prints it, without its newline. */
export function printEvent({ event, ...fields }: Event, clock: Clock): string {
  return safeJson({ event, time: new Date(clock.wall()).toISOString(), ...fields });
}

/** A reader that has stopped reading is waited for so long at the end, in ms. */
const FLUSH_TIME = 1000;

const eventsDropped = (count: number) =>
  new PinwireError("events_dropped", `${count === 1 ? "1 event was" : `${count} events were`} dropped`, {
    hint: "whoever reads them is too slow",
  });

function sentence(event: Exclude<Event, MessageEvent>): string {
  switch (event.event) {
    case "listening":
      return `listening on ${event.url ?? event.address}${event.warning ? ` (${event.warning})` : ""}`;
    case "connected":
      return `${event.peer} connected`;
    case "disconnected":
      return `${event.peer} left (${event.reason})`;
    case "device":
      return `${event.device} is here, number ${event.index} (${event.peer})`;
    case "state":
      return `${event.device ?? event.pin} is ${event.on ? "on" : "off"}`;
    case "notice":
      return event.text;
    case "data":
      return `${event.bytes} bytes from the ${event.from} (${event.peer})`;
    case "probe":
      return `${event.address} is ${event.state}`;
    case "lesson":
      return `${event.lesson}: ${event.summary}`;
    case "private_network":
      return event.reason ?? "a private network is to be had";
    case "reads":
      return `${event.writes.length} writes, ${event.reads.length} reads`;
    case "cure":
      return `${event.frame}: ${[event.stuck, event.torn, event.any].filter(Boolean).length} of 3`;
    case "layer":
      return `${event.layer}: ${event.hex}`;
    case "delivery":
      return event.text === undefined ? "refused by the kernel" : "delivered";
    case "scene":
      return event.scene;
    case "segment":
      return `${event.flags.join("+")} from the ${event.from}`;
    case "bad_wire":
      return `a bad wire, seed ${event.seed}`;
    case "datagram":
      return `${event.bytes} bytes from the ${event.from}`;
    case "arrival":
      return `number ${event.number} over ${event.over} after ${event.ms} ms`;
    case "system_call":
      return `${event.program}: ${event.call}`;
    case "call":
      return `${event.at}: ${event.call}`;
    case "tcp_state":
      return `${event.at}: ${event.state}`;
    case "tcp_socket":
      return `${event.local} is ${event.state}`;
    case "flood":
      return `${event.segments} SYNs from ${event.sources.join(" to ")}`;
    case "network":
      return `${event.address}/${event.prefix} is in ${event.network}/${event.prefix}`;
    case "same_network":
      return `${event.addresses.join(" and ")} are in ${
        event.reaches.every(Boolean) ? "one network" : "different networks"
      }`;
    case "stdout":
    case "stderr":
      return event.data;
    case "exit":
      return `exit code ${event.code}`;
    case "error": {
      const about = event.peer && !event.message.includes(event.peer) ? `${event.peer}: ` : "";
      return `${about}${event.message}${event.hint ? `: ${event.hint}` : ""}`;
    }
  }
}
