import {
  type Context,
  dialOptions,
  type DialSettings,
  hasColors,
  messageEvent,
  MessageWatch,
  openSharedConsole,
  type WatchOptions,
} from "../../app/mod.ts";
import type { Address } from "../../net/mod.ts";
import { ChatClient } from "./client.ts";
import { completeSaid, mentions, Painter, promptOf } from "../view.ts";

/** What `chat connect` is told on the command line. */
export interface ConnectOptions extends WatchOptions, DialSettings {
  nick?: string;
  room?: string;
  noReconnect: boolean;
  json: boolean;
  quiet: boolean;
  noColor: boolean;
}

/** Rings a terminal's bell. */
const BELL = "\x07";

/**
 * Says each line that is typed, and shows what is heard, until `/quit` or the end of stdin.
 *
 * @returns false if something that was said may not have arrived
 * @throws {PinwireError} what the first dial throws; `sent_away`
 */
export async function connect(address: Address, options: ConnectOptions, context: Context): Promise<boolean> {
  const { reporter, stop } = context;
  const { json, quiet, noColor } = options;
  const watch = new MessageWatch(context, options, false);
  const complete = (line: string) => completeSaid(line, [...client.names]);
  const console = await openSharedConsole(promptOf(""), json, context, { complete });
  const { isTerminal } = console;
  const painter = new Painter(isTerminal && hasColors(Deno.stdout, noColor));
  const show = (line: string, isForMe: boolean) =>
    console.print((isTerminal && isForMe ? BELL : "") + painter.line(line));

  const client: ChatClient = new ChatClient(
    { ...options, dialling: await dialOptions(address, options, context.form), mustBeNamed: !isTerminal },
    context,
    {
      message({ peer, line, text, nick, room, isPast, isPrivate }) {
        if (json) {
          const { bytes } = context.encoding.encode(text);
          const event = messageEvent(peer, bytes, { text, valid: true });
          const marks = { ...isPast && { past: true }, ...isPrivate && { private: true } };
          reporter.report({
            ...event,
            ...nick !== undefined && { nick },
            ...room !== undefined && { room },
            ...marks,
          });
        } else {
          show(line, Boolean(isPrivate || nick !== undefined && mentions(text, client.nick)));
        }
        if (!isPast) watch.passed(text);
        if (watch.isOver) stop.now();
      },
      notice(text) {
        if (json) reporter.report({ event: "notice", text });
        else if (!quiet) show(`* ${text}`, false);
      },
      placed: (nick, room) => console.retitle(promptOf(nick, room)),
    },
  );

  async function sayLines() {
    if (isTerminal) await client.opened();
    console.prompt();
    for await (const line of console.lines) {
      if (line.trim() === "/quit") break;
      if (isTerminal && !client.isConnected) show("* no link: this is said when it is back", false);
      const saying = client.say(line);
      // A person may go on typing; a script's next line waits until this one is on its way.
      if (!isTerminal) await saying;
      watch.sent(context.encoding.encode(line).bytes);
      if (watch.isOver) break;
      console.prompt();
    }
    await client.finish();
  }

  const saying = sayLines();
  try {
    await client.run(address);
  } finally {
    console.close();
    stop.now();
    await saying;
  }
  return !client.hasLost;
}
