import { type Console, type Context, type Event, openConsole, stdinReads } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { preciseTime } from "../../net/mod.ts";
import { findPrivateNetwork } from "../../system/private_network.ts";
import type { Language } from "../../text/languages.ts";
import { type LessonOptions, showLesson } from "../show.ts";
import { checkRecord, type LiveOptions, openLessonRecording } from "../stage/live.ts";
import { refusalText } from "../stage/refusals.ts";
import { CallReader } from "./calls.ts";
import type { Ending, Tracing, WatchMessage } from "./messages.ts";
import { InnerProcess } from "./outside.ts";
import { PacketEvents } from "./packets.ts";
import { checkProgram } from "./program.ts";
import { Screen } from "./screen.ts";
import { TEXTS } from "./texts.ts";
import { Timeline } from "./timeline.ts";
import { WatchView } from "./view.ts";

/** Whatever ends with the inner process, and sees its own processes alone, where that is to be had. */
const PROCESSES = ["--pid", "--fork", "--kill-child"];
/** Ms that what happened waits for whatever happened before; strace tells of a call when it is over. */
const HOLD = 30, HOLD_CALLS = 120;
/** Ms that a command has to end after Ctrl-C. */
const GRACE = 1000;
/** Columns of a line where there is no terminal. */
const WIDTH = 80;

const ABOUT =
  "Real segments of a loopback interface, each once; their checksums are left out, as always there.";

/** What a watch is told. */
type WatchOptions = LessonOptions & Pick<LiveOptions, "record" | "force">;

/**
 * Runs a command in a private network, and draws each segment and datagram there, and each call about them.
 *
 * @returns its exit code, 128+n for a signal
 * @throws {PinwireError} `not_found`, `not_run`; `no_private_network` where none is to be had: then it isn't run
 */
export async function watchCommand(command: readonly string[], options: WatchOptions): Promise<number> {
  const { language } = options;
  checkRecord(options);
  checkProgram(command[0]);
  const more = [[...PROCESSES, "--mount-proc"], PROCESSES];
  const network = await findPrivateNetwork({ more, hasTun: false });
  if (!("flags" in network)) throw refused(refusalText(network, options)!, language);
  let code = 0;
  await showLesson("watch", options, (look) => new WatchView(look, columnsNow), async (context, view) => {
    const inner = new InnerProcess(network.flags);
    const ending = await new Watch(context, view, options, inner).run(joinCommand(network.flags, inner.pid));
    if (!context.reporter.isClosed) code = ending.code;
    // However the command has ended, the lesson is over.
    return 0;
  });
  return code;
}

/** A watch, from its start to the end of the command. */
class Watch {
  readonly #context: Context;
  readonly #view: WatchView;
  readonly #options: WatchOptions;
  readonly #inner: InnerProcess;
  readonly #packets = new PacketEvents();
  readonly #calls = new CallReader();

  constructor(context: Context, view: WatchView, options: WatchOptions, inner: InnerProcess) {
    this.#context = context;
    this.#view = view;
    this.#options = options;
    this.#inner = inner;
  }

  /** @param join the command that joins the network */
  async run(join: string): Promise<Ending> {
    const { stop, clock, reporter } = this.#context;
    const recording = await openLessonRecording(this.#options, ABOUT, this.#context);
    using screen = await this.#openScreen();
    using _stopping = stop.onStop(() => {
      screen.answered();
      // Where nobody reads it any more, nobody is to hear how it ends either.
      if (reporter.isClosed) return this.#inner.kill();
      void this.#inner.tell({ interrupt: true });
      clock.after(GRACE, () => this.#inner.kill());
    });
    let timeline = new Timeline(clock, HOLD);
    for await (const message of this.#inner.messages()) {
      if ("begun" in message) {
        if (message.begun === "on") timeline = new Timeline(clock, HOLD_CALLS);
        this.#begin(screen, message.begun, join);
      } else if ("packet" in message) {
        recording?.add(message.time, Uint8Array.fromBase64(message.packet));
        recording?.flush();
      }
      const happened = this.#happened(screen, message);
      if (happened) timeline.add(happened.time, happened.show);
      await reporter.drained();
    }
    timeline.flush();
    await recording?.close();
    const ending = await this.#inner.ending();
    if (this.#options.json) reporter.report({ event: "exit", ...ending });
    return ending;
  }

  /** What a message tells of, and when that was, in µs since 1970. */
  #happened(screen: Screen, message: WatchMessage): { time: number; show: () => void } | undefined {
    if ("output" in message) {
      const { output, data, time } = message;
      return { time, show: () => this.#print(screen, output, data, time) };
    }
    const told = this.#told(message);
    return told && { time: told.time, show: () => this.#tell(screen, told.event, told.time) };
  }

  #told(message: WatchMessage): { time: number; event: Event } | undefined {
    if ("line" in message) return this.#calls.read(message.line);
    if ("packet" in message) {
      const event = this.#packets.read(Uint8Array.fromBase64(message.packet), message.length);
      return event && { time: message.time, event };
    }
    if (!("missed" in message)) return undefined;
    const text = TEXTS.missed[this.#options.language](message.missed);
    return { time: preciseTime() * 1000, event: { event: "notice", text } };
  }

  #begin(screen: Screen, tracing: Tracing, join: string): void {
    const say = this.#options.language;
    const now = preciseTime() * 1000;
    if (tracing !== "on") {
      const text = tracing === "absent" ? TEXTS.absent[say]() : TEXTS.untraced[say](tracing.refused);
      this.#tell(screen, { event: "notice", text }, now);
    }
    this.#tell(screen, { event: "private_network", allowed: true, join }, now);
  }

  #tell(screen: Screen, event: Event, time: number): void {
    if (!this.#options.json) return screen.draw(this.#view.drawAt(time, event));
    const dated: Event & { time: string } = { ...event, time: new Date(time / 1000).toISOString() };
    this.#context.reporter.report(dated);
  }

  #print(screen: Screen, event: "stdout" | "stderr", data: string, time: number): void {
    if (this.#options.json) this.#tell(screen, { event, data }, time);
    else screen.print(event, Uint8Array.fromBase64(data));
  }

  /** Whatever is typed, or comes by stdin, goes to the command. */
  async #openScreen(): Promise<Screen> {
    const { stop, reporter } = this.#context;
    const isTyped = !this.#options.json && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
    const console = isTyped ? await openConsole("", stop, (text) => reporter.write(text)) : undefined;
    const screen = new Screen(reporter, console);
    if (console) void this.#feedLines(console, screen);
    else void this.#feedBytes();
    return screen;
  }

  async #feedLines(console: Console, screen: Screen): Promise<void> {
    for await (const line of console.lines) {
      screen.answered();
      await this.#inner.give(new TextEncoder().encode(`${line}\n`));
    }
    await this.#inner.tell({ end: true });
  }

  async #feedBytes(): Promise<void> {
    const read = stdinReads();
    try {
      for (let bytes; (bytes = await read());) await this.#inner.give(bytes);
    } catch (error) {
      this.#context.reporter.error(error);
    }
    await this.#inner.tell({ end: true });
  }
}

/** What a second terminal types; only root may join what root has made. */
function joinCommand(flags: readonly string[], pid: number): string {
  if (flags.includes("--user")) return `nsenter --user --net --preserve-credentials -t ${pid}`;
  return `${Deno.env.has("SUDO_USER") ? "sudo " : ""}nsenter --net -t ${pid}`;
}

const refused = (why: string, language: Language) =>
  new PinwireError("no_private_network", TEXTS.notRun[language](why), { hint: TEXTS.instead[language]() });

/** The width of the terminal. */
const columnsNow = () => Deno.stdout.isTerminal() ? Deno.consoleSize().columns || WIDTH : WIDTH;
