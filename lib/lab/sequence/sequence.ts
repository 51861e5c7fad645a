import type { Context } from "../../app/mod.ts";
import type { Lesson } from "../lessons.ts";
import { type LessonOptions, showLesson } from "../show.ts";
import type { SequenceStyle } from "./sequence_style.ts";
import { SequenceView } from "./sequence_view.ts";

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
 * @param style how its diagram differs from that of a plain connection
 */
export async function showSequence(
  lesson: Lesson,
  options: LessonOptions,
  play: (context: Context, begin: (client: End, server: End) => void) => Promise<number>,
  style?: SequenceStyle,
): Promise<number> {
  return await showLesson(
    lesson,
    options,
    (look) => new SequenceView({ ...look, style }),
    (context, view) =>
      play(context, (client, server) => {
        if (!options.json) context.reporter.write(view.head(nameOf(client), nameOf(server)));
      }),
  );
}

const nameOf = ({ address, port }: End) =>
  port === undefined ? address : address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
