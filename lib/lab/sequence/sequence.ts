import { type Context, hasColors, openContext } from "../../app/mod.ts";
import { DEFAULT_MAX_FRAME } from "../../framing/mod.ts";
import type { Language } from "../../text/languages.ts";
import { type Lesson, nextStep } from "../lessons.ts";
import { SequenceView } from "./sequence_view.ts";

/** What a sequence diagram is shown with. */
export interface SequenceOptions {
  language: Language;
  json: boolean;
  noColor: boolean;
}

/** An end of a connection, as it stands above its column. */
export interface End {
  address: string;
  /** None if the system chooses one. */
  port?: number;
}

/**
 * Shows a lesson as a sequence diagram, or its events with `--json`.
 *
 * @param play reports what happens, once it has called `begin`, and gives the exit code
 */
export async function showSequence(
  lesson: Lesson,
  { language, json, noColor }: SequenceOptions,
  play: (context: Context, begin: (client: End, server: End) => void) => Promise<number>,
): Promise<number> {
  const view = new SequenceView({ language, coloured: hasColors(Deno.stdout, noColor) });
  await using context = await openContext({
    program: "pinwire lab",
    role: "client",
    show: (event) => view.draw(event),
  }, { frame: "raw", maxFrame: DEFAULT_MAX_FRAME, trace: false, quiet: false, json, noColor });
  const { reporter } = context;
  const code = await play(context, (client, server) => {
    if (!json) reporter.write(view.head(nameOf(client), nameOf(server)));
  });
  if (!json && code === 0) {
    reporter.write(view.foot());
    reporter.print(`\n${nextStep(lesson, language)}`);
  }
  return code;
}

const nameOf = ({ address, port }: End) =>
  port === undefined ? address : address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
