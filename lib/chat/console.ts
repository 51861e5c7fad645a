import {
  type Console,
  type Context,
  hasColors,
  MessageWatch,
  openSharedConsole,
  type WatchOptions,
} from "../app/mod.ts";
import { visible } from "../text/mod.ts";
import type { Hub } from "./rooms/hub.ts";
import type { Member, Room } from "./rooms/room.ts";
import { placeOf } from "./rooms/roster.ts";
import { execute } from "./verbs.ts";
import { completeSaid, Painter, promptOf } from "./view.ts";

/** What the server's console is told on the command line. */
export interface ChatConsoleOptions extends WatchOptions {
  json: boolean;
  noColor: boolean;
}

/** Who sits at the server: a member that says what is typed there, and shows what it hears. */
export class ChatConsole implements Member {
  nick = "";
  declare room: Room;
  isAnnounced = true;
  readonly isConsole = true;
  #hub: Hub;
  #console: Console;
  #isJson: boolean;
  #context: Context;
  #watch: MessageWatch;
  #painter: Painter;

  private constructor(hub: Hub, console: Console, options: ChatConsoleOptions, context: Context) {
    this.#hub = hub;
    this.#console = console;
    this.#isJson = options.json;
    this.#context = context;
    this.#watch = new MessageWatch(context, options, false);
    this.#painter = new Painter(console.isTerminal && hasColors(Deno.stdout, options.noColor));
  }

  /** Opens the console, and makes it a member of the lobby. */
  static async open(hub: Hub, options: ChatConsoleOptions, context: Context): Promise<ChatConsole> {
    const complete = (line: string) => completeSaid(line, [...hub.nicks()], true);
    const console = await openSharedConsole(promptOf(hub.consoleNick), options.json, context, { complete });
    const member = new ChatConsole(hub, console, options, context);
    hub.addConsole(member);
    return member;
  }

  /** Says what is typed, a line each, until the console ends. `/quit` stops the context. */
  async sayLines(): Promise<void> {
    const { encoding, stop, reporter } = this.#context;
    this.#console.prompt();
    for await (const line of this.#console.lines) {
      this.#watch.sent(encoding.encode(line).bytes);
      if (await execute(visible(line), this, this.#hub) === "leaves" || this.#watch.isOver) {
        // What was said is still told to the others.
        this.#hub.flush();
        stop.now();
      }
      this.#console.prompt();
      await this.#hub.caughtUp();
    }
    if (this.#console.isTerminal && !stop.signal.aborted) {
      reporter.note("The console has ended; Ctrl-C ends the server.\n");
    }
  }

  close(): void {
    this.#console.close();
  }

  hear(line: string): void {
    // With --json the events tell it.
    if (!this.#isJson) this.#console.print(this.#painter.line(line));
  }

  tell(...lines: string[]): void {
    for (const line of lines) {
      // With --json stdout is for events alone.
      if (this.#isJson) this.#context.reporter.note(`${line}\n`);
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
    this.replaced();
  }

  replaced(): void {
    this.#console.retitle(promptOf(this.nick, this.room.name));
  }

  end(): void {}
}
