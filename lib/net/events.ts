/** What happens, as `--json` tells it; docs/protocol.md lists the fields. */
export type Event =
  | { event: "listening"; address: string }
  | { event: "connected"; peer: string }
  | { event: "disconnected"; peer: string; reason: string }
  | MessageEvent
  | ErrorEvent;

/** A message received, at either end. */
export interface MessageEvent {
  event: "message";
  peer: string;
  text: string;
  /** Length in bytes. */
  bytes: number;
  /** The bytes, when `text` could not be decoded without loss. */
  hex?: string;
}

/** Something that went wrong and did not end the program. */
export interface ErrorEvent {
  event: "error";
  message: string;
  hint?: string;
  peer?: string;
}

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
  /** Takes the events in place of stdout and stderr: a worker hands them to its main thread. */
  forward?(event: Event): void;
  /** Writes to stdout; gives false once it is closed. Default: the process's own. */
  writeOut?(text: string): boolean;
  /** Writes to stderr. Default: the process's own. */
  writeErr?(text: string): void;
  /** Told once when stdout turns out to be closed, as by `| head -1`. */
  onClosed?(): void;
}

/** Tells of events: on stdout for programs, on stderr for people. */
export class Reporter {
  /** Whether anybody looks at messages; if not, they need not be decoded. */
  readonly wantsMessages: boolean;
  #options: ReporterOptions;
  #closed = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.wantsMessages = Boolean(options.json || options.showMessage);
  }

  /** Tells of one event, now. */
  report(event: Event): void {
    const { json, quiet, role, showMessage, forward } = this.#options;
    if (forward) {
      forward(event);
    } else if (json) {
      const { event: name, ...fields } = event;
      this.print(JSON.stringify({ event: name, time: new Date().toISOString(), ...fields }));
    } else if (event.event === "message") {
      if (showMessage) this.print(showMessage(event));
    } else if (event.event === "listening" || event.event === "error") {
      this.#say(event);
    } else if (role === "server" && !quiet) {
      this.#say(event);
    }
  }

  /** Reports what was thrown, about a peer if it is about one. */
  error(error: unknown, peer?: string): void {
    const message = error instanceof Error ? error.message : String(error);
    const hint = error instanceof Error && "hint" in error ? error.hint as string | undefined : undefined;
    this.report({
      event: "error",
      message,
      ...hint !== undefined && { hint },
      ...peer !== undefined && { peer },
    });
  }

  /** Prints a line on stdout, whole and in one write. */
  print(line: string): void {
    if (this.#closed || (this.#options.writeOut ?? writeStdout)(line + "\n")) return;
    this.#closed = true;
    this.#options.onClosed?.();
  }

  #say(event: Exclude<Event, MessageEvent>): void {
    (this.#options.writeErr ?? writeStderr)(`${this.#options.program}: ${sentence(event)}\n`);
  }
}

function sentence(event: Exclude<Event, MessageEvent>): string {
  switch (event.event) {
    case "listening":
      return `listening on ${event.address}`;
    case "connected":
      return `${event.peer} connected`;
    case "disconnected":
      return `${event.peer} left (${event.reason})`;
    case "error": {
      const about = event.peer && !event.message.includes(event.peer) ? `${event.peer}: ` : "";
      return `${about}${event.message}${event.hint ? `: ${event.hint}` : ""}`;
    }
  }
}

const encoder = new TextEncoder();

/** Writes text to stdout; false if the reader has gone. Whatever else fails (a full disk) is thrown. */
export function writeStdout(text: string): boolean {
  try {
    writeAll(Deno.stdout, encoder.encode(text));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}

function writeStderr(text: string): void {
  try {
    writeAll(Deno.stderr, encoder.encode(text));
  } catch {
    // Nobody is left to tell.
  }
}

function writeAll(file: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}
