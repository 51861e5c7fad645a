import { parseSpec } from "../framing/mod.ts";
import { FakeClock } from "../net/_fake_clock.ts";
import { type Clock, systemClock } from "../net/mod.ts";
import { utf8 } from "../text/mod.ts";
import type { Context } from "./context.ts";
import type { Event } from "./events.ts";
import { Reporter, type ReporterOptions } from "./reporter.ts";
import { Stop } from "./stop.ts";

/** What {@linkcode contextOf} makes a context of, besides its frames. */
export interface TestContextOptions extends Partial<Pick<ReporterOptions, "json" | "role">> {
  onEvent?(event: Event): void;
  maxFrame?: number;
  clock?: Clock;
}

/** What a command works with: nothing is printed, and its events go to `onEvent`. */
export function contextOf(
  spec: string,
  { onEvent = () => {}, maxFrame, clock = systemClock, json, role = "client" }: TestContextOptions = {},
): Context {
  return {
    encoding: utf8,
    codec: parseSpec(spec, maxFrame),
    reporter: new Reporter({ program: "", role, json, forward: onEvent }),
    clock,
    stop: new Stop(),
    trace: (connection) => connection,
    traceDatagrams: (socket) => socket,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

export { FakeClock };
export { pure, turn } from "../../tests/support/pure.ts";
