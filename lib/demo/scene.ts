import { parseSpec } from "../framing/mod.ts";
import { systemClock } from "../net/mod.ts";
import { type Context, type Event, Reporter, Stop } from "../app/mod.ts";
import { utf8 } from "../text/mod.ts";

/** What the commands of a scene work with: no options, no signals, and nothing printed but by the scene. */
export function sceneContext(spec: string, onEvent: (event: Event) => void = () => {}): Context {
  return {
    encoding: utf8,
    codec: parseSpec(spec),
    reporter: new Reporter({ program: "pinwire demo", role: "client", forward: onEvent }),
    clock: systemClock,
    stop: new Stop(),
    trace: (connection) => connection,
    traceDatagrams: (socket) => socket,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What happens, to be waited for. */
export class Happenings<T> {
  #waiting = new Set<(happening: T) => void>();

  add(happening: T): void {
    for (const hear of this.#waiting) hear(happening);
  }

  /** The next one that matches. */
  next(matches: (happening: T) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting;
      waiting.add(function hear(happening) {
        if (!matches(happening)) return;
        waiting.delete(hear);
        resolve();
      });
    });
  }
}
