import {
  type Console,
  type Context,
  MessageWatch,
  openSharedConsole,
  type WatchOptions,
} from "../app/mod.ts";
import type { Address } from "../net/mod.ts";
import { serve, type ServerOptions } from "../session/mod.ts";
import { visible } from "../text/mod.ts";
import { LineFormats } from "./rooms/line_format.ts";
import { HistoryFile } from "./rooms/history_file.ts";
import { Hub } from "./rooms/hub.ts";
import { execute } from "./execute.ts";
import { CONSOLE_NICK } from "./protocol.ts";
import { completeSaid, Painter, promptOf } from "./view.ts";
import type { Member, Room } from "./rooms/room.ts";
import { WriteScheduler } from "./rooms/write_scheduler.ts";
import { serveMember } from "./session.ts";
import { placeOf } from "./rooms/who.ts";

/** What `chat serve` is told. */
export interface ServeChatOptions extends ServerOptions, WatchOptions {
  greeting: string;
  history: number;
  historyFile?: string;
  timestamps: boolean;
  rate: number;
  maxQueue: number;
  json: boolean;
  noColor: boolean;
}

/**
 * Runs a chat server with its console, until the context stops or somebody types `/quit` there.
 *
 * @throws {PinwireError} why it can't listen, or what is wrong with the history's file
 */
export async function serveChat(
  address: Address,
  options: ServeChatOptions,
  context: Context,
  opened: () => void,
): Promise<void> {
  const { reporter, stop } = context;
  const { history, historyFile, timestamps, maxQueue, rate, once, until } = options;
  const scheduler = new WriteScheduler();
  const file: HistoryFile | undefined = historyFile === undefined
    ? undefined
    : new HistoryFile(historyFile, reporter, () => hub.remembered());
  const hub = new Hub({
    history,
    maxQueue,
    timestamps,
    reporter,
    scheduler,
    onSaid: file && ((entry) => file.add(entry)),
  });
  if (file) {
    hub.restore(await file.read());
    await file.rewrite();
  }
  const complete = (line: string) => completeSaid(line, [...hub.nicks()], true);
  const console = await openSharedConsole(promptOf(CONSOLE_NICK), options.json, context, { complete });
  const member = new ConsoleMember(console, options, context);
  hub.addConsole(member);

  const watch = new MessageWatch(context, options, false);

  async function sayLines() {
    for await (const line of console.lines) {
      watch.sent(context.encoding.encode(line).bytes);
      if (execute(visible(line), member, hub) || watch.isOver) {
        // What was said is still told to the others.
        hub.flush();
        stop.now();
      }
      console.prompt();
      await hub.caughtUp();
    }
    if (console.isTerminal && !stop.signal.aborted) {
      reporter.note("The console has ended; Ctrl-C ends the server.\n");
    }
  }

  const greeting = options.greeting !== "none";
  const share = { hub, formats: new LineFormats(context.codec), greeting, maxQueue, rate, once, until };
  let saying: Promise<void> | undefined;
  await serve(address, options, context, {
    connection: (connection) => serveMember(connection, context, share),
    datagrams: () => Promise.resolve(),
    opened() {
      opened();
      saying = Promise.resolve().then(() => {
        console.prompt();
        return sayLines();
      });
    },
  });
  hub.close();
  console.close();
  await saying;
  await file?.flushed();
}

/** Who sits at the server. */
class ConsoleMember implements Member {
  nick = "";
  declare room: Room;
  isAnnounced = true;
  #console: Console;
  #options: ServeChatOptions;
  #context: Context;
  #painter: Painter;

  constructor(console: Console, options: ServeChatOptions, context: Context) {
    this.#console = console;
    this.#options = options;
    this.#context = context;
    this.#painter = new Painter(console.isTerminal && !options.noColor && !Deno.noColor);
  }

  hear(line: string): void {
    // With --json the events tell it.
    if (!this.#options.json) this.#console.print(this.#painter.line(line));
  }

  tell(...lines: string[]): void {
    for (const line of lines) {
      // On stdout there are events alone.
      if (this.#options.json) this.#context.reporter.note(`${line}\n`);
      else this.hear(line);
    }
  }

  tellPast(): void {
    const { room } = this;
    this.tell(...room.history.map((entry) => room.show(entry)));
  }

  arrived(): void {
    this.tellPast();
    this.tell(placeOf(this));
    const { nick, room } = this;
    this.#console.retitle(promptOf(nick, room.name));
  }

  end(): void {}
}
