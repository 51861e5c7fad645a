import type { Context } from "../app/mod.ts";
import type { Answers } from "./send.ts";
import { ShownText } from "./shown_text.ts";
import { ExactOutput } from "./stdio.ts";

/** Where goes what comes back. */
export type AnswerForm =
  /** To stdout byte for byte. */
  | "bytes"
  /** To stdout as text, in UTF-8. */
  | "text"
  /** Onto a terminal, safely. */
  | "shown"
  /** To the reporter, as events. */
  | "events";

/** @param isPieces a message is whatever a read gave, and not a line of its own */
export function openAnswers(form: AnswerForm, isPieces: boolean, { reporter }: Context): Answers {
  if (form === "events") return {};
  if (form === "bytes") {
    const output = new ExactOutput(() => reporter.closed());
    return { bytes: (bytes) => output.write(bytes) };
  }
  const shown = form === "shown" ? new ShownText() : undefined;
  const write = (text: string) => reporter.write(shown ? shown.next(text) : text);
  return {
    message: ({ text }) => write(isPieces || text.endsWith("\n") ? text : `${text}\n`),
    end(rest) {
      write(rest);
      if (shown) reporter.write(shown.end());
    },
  };
}
