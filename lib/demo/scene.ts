import { type Context, type Event, plainContext, Reporter } from "../app/mod.ts";
import { parseSpec } from "../framing/mod.ts";

/** What the commands of a scene work with: nothing is printed but by the scene. */
export function sceneContext(spec: string, onEvent: (event: Event) => void = () => {}): Context {
  const reporter = new Reporter({ program: "pinwire demo", role: "client", forward: onEvent });
  return plainContext(parseSpec(spec), reporter);
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
