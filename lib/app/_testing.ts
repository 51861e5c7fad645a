import { parseSpec } from "../framing/mod.ts";
import { FakeClock } from "../net/_fake_clock.ts";
import type { Clock } from "../net/mod.ts";
import { type Context, plainContext } from "./context.ts";
import type { Event } from "./events.ts";
import { Reporter, type ReporterOptions } from "./reporter.ts";

/** What {@linkcode contextOf} makes a context of, besides its frames. */
export interface TestContextOptions extends Partial<Pick<ReporterOptions, "json" | "role">> {
  onEvent?(event: Event): void;
  maxFrame?: number;
  clock?: Clock;
}

/** What a command works with: nothing is printed, and its events go to `onEvent`. */
export function contextOf(
  spec: string,
  { onEvent = () => {}, maxFrame, clock, json, role = "client" }: TestContextOptions = {},
): Context {
  const reporter = new Reporter({ program: "", role, json, forward: onEvent });
  return plainContext(parseSpec(spec, maxFrame), reporter, clock);
}

export { FakeClock };
export { pure, turn } from "../../tests/support/pure.ts";
