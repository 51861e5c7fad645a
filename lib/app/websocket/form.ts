import { type Codec, DEFAULT_MAX_FRAME } from "../../framing/mod.ts";
import type { MessageForm } from "../../net/mod.ts";

/**
 * How messages of WebSockets are bytes where `codec` cuts them: one of them is a line, or a read of `raw`. To other frames
 * it is a piece of their stream, which may hold many.
 */
export function formOf({ spec, isPerRead }: Codec, maxFrame: number): MessageForm {
  if (/^(line|text)/.test(spec)) return { lines: "all", cutsLines: true, kind: "text", maxMessage: maxFrame };
  const maxMessage = isPerRead ? maxFrame : Math.max(DEFAULT_MAX_FRAME, 2 * maxFrame);
  return { lines: "none", cutsLines: false, kind: "binary", maxMessage };
}
