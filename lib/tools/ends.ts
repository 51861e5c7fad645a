import { type Console, type Context, openSharedConsole, stdinReads } from "../app/mod.ts";
import { ByteBuffer, type Decoder, FrameError } from "../framing/mod.ts";
import { MAX_DATAGRAM, type MessageForm } from "../net/mod.ts";
import { exactOutlet, type Outlet, textOutlet } from "./outlet.ts";
import { bodyOf, type Newline, outgoingOf } from "./outgoing.ts";
import { ExactOutput, Source } from "./stdio.ts";

/** What `connect` and `listen` are told of stdin and stdout. */
export interface EndsOptions {
  newline?: Newline;
  json: boolean;
}

/** Our ends: stdin, and stdout. Each is a person's or a program's, whatever the other is. */
export interface Ends extends Disposable {
  readonly source: Source;
  readonly outlet: Outlet;
  /** Whether something that was to be sent couldn't be, which has been reported. */
  hasFailed: boolean;
  /** Tells who types here that the peer has ended its side. */
  peerEnded?(peer: string): void;
  /** How pieces of the source go over a new stream, and how what comes is cut, if it is. */
  open(): { bytesOf(piece: Uint8Array): Uint8Array | undefined; decoder?: Decoder };
}

/** How the messages of WebSockets are bytes: those of a pipe are as they are, and text ends in a newline for it. */
export function endsForm({ json }: EndsOptions, { form }: Context): MessageForm {
  const isShown = json || Deno.stdout.isTerminal();
  const shown: MessageForm = form.cutsLines && !isShown ? { ...form, lines: "text" } : form;
  return Deno.stdin.isTerminal() ? shown : { ...shown, cutsLines: false, kind: "binary" };
}

/** Opens stdin and stdout: on a terminal a console, else bytes as they are. */
export async function openEnds(
  { newline, json }: EndsOptions,
  isDatagram: boolean,
  context: Context,
): Promise<Ends> {
  const { codec, reporter } = context;
  const isTyped = Deno.stdin.isTerminal();
  const isShown = !json && Deno.stdout.isTerminal();
  const outgoing = outgoingOf(newline, codec, isDatagram);
  const console = isTyped ? await openSharedConsole("> ", json, context) : undefined;
  const cutsBothWays = !codec.isPerRead && codec.spec !== "line";
  const outlet = json || isShown
    ? textOutlet(context, isShown ? showOn(console, context) : undefined)
    : exactOutlet(new ExactOutput(() => reporter.closed()));

  function read() {
    if (!console) return stdinReads(isDatagram ? MAX_DATAGRAM : undefined);
    const lines = console.lines[Symbol.asyncIterator]();
    return async () => {
      console.prompt();
      const { value, done } = await lines.next();
      return done ? undefined : bodyOf(value, outgoing, context);
    };
  }

  const ends: Ends = {
    source: new Source(read()),
    outlet,
    hasFailed: false,
    peerEnded: console?.isTerminal
      ? (peer) => console.print(`* ${peer} has ended its side, Ctrl-D ends ours`)
      : undefined,
    open() {
      // Bytes that aren't cut tell nothing of how the peer ends its lines.
      const isCut = cutsBothWays && (json || isShown);
      const { decoder, encoder } = outgoing.codec.open();
      const buffer = new ByteBuffer();
      return {
        decoder: isCut ? decoder : undefined,
        bytesOf(piece) {
          if (!console) return piece;
          buffer.clear();
          try {
            encoder.encode(piece, buffer);
          } catch (error) {
            if (!(error instanceof FrameError)) throw error;
            reporter.error(error);
            ends.hasFailed = true;
            return undefined;
          }
          return buffer.bytes();
        },
      };
    },
    [Symbol.dispose]: () => console?.close(),
  };
  return ends;
}

function showOn(console: Console | undefined, { reporter }: Context) {
  if (!console?.isTerminal) {
    return {
      line: (text: string) => reporter.print(text),
      text: (text: string) => reporter.write(text),
    };
  }
  return {
    line: (text: string) => console.print(text),
    // What stands above the line being typed has whole rows.
    text: (text: string) => text && console.print(text.replace(/\n$/, "")),
  };
}
