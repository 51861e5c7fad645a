import { integer, type Kind, milliseconds } from "../../cli/mod.ts";
import { usageError } from "../../errors.ts";
import { type Address, formatAddress, leadsBack } from "../../net/mod.ts";
import { type Delay, type Direction, DIRECTIONS, type Disturbance } from "./disturbance.ts";

/** The value of an option, and the way that it is meant for; without one, both. */
interface Directed<T> {
  value: T;
  direction?: Direction;
}

/** A value with a way behind it: `1000:down`. */
function directed<T>(kind: Kind<T>): Kind<Directed<T>> {
  return {
    meta: `${kind.meta}[:up|:down]`,
    parse(text) {
      const colon = text.indexOf(":");
      if (colon < 0) return { value: kind.parse(text) };
      const direction = text.slice(colon + 1);
      if (direction !== "up" && direction !== "down") {
        throw usageError(`"${text}" names no direction`, "write :up (to the target) or :down behind it");
      }
      return { value: kind.parse(text.slice(0, colon)), direction };
    },
  };
}

/** @throws {PinwireError} `usage` if a relay would be its own client */
export async function checkApart(listen: Address, target: Address): Promise<void> {
  if (!await leadsBack(listen, target)) return;
  throw usageError(
    `a relay from ${formatAddress(listen)} to itself would never end`,
    "give it another port to listen on",
  );
}

const time = milliseconds();

/** `300~50`: a time, and how much more or less it may be. */
const delayKind: Kind<Delay> = {
  meta: "MS[~JITTER]",
  parse(text) {
    const [ms, jitter] = text.split(/~(.*)/s, 2).map((part) => time.parse(part));
    const delay = { ms, jitter: jitter ?? 0 };
    if (delay.jitter <= delay.ms) return delay;
    throw usageError(`"${text}" can be less than no delay`, "let the jitter behind ~ be the smaller number");
  },
};

/** How likely something is, from 0 to 1. */
const probability: Kind<number> = {
  meta: "P",
  parse(text) {
    const value = /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
    if (value <= 1) return value;
    throw usageError(`"${text}" is no probability`, "use a number from 0 to 1, as in 0.1");
  },
};

const bytes = integer("BYTES", 0);

/** The options of all disturbances. Each may stand once, or once for each way. */
export const disturbanceOptions = {
  delay: {
    kind: directed(delayKind),
    multiple: true,
    help: "hold each read up for so long, give or take JITTER: 300, 300~50, 1s",
  },
  rate: { kind: directed(integer("BYTES", 1)), multiple: true, help: "let so many bytes pass a second" },
  chunk: { kind: directed(integer("BYTES", 1)), multiple: true, help: "write at most so many at a time" },
  glue: { kind: directed(time), multiple: true, help: "make one write of what comes within so long" },
  cut: { kind: directed(bytes), multiple: true, help: "close both connections after so many bytes" },
  reset: { kind: directed(bytes), multiple: true, help: "reset both (RST) after so many bytes" },
  stall: {
    kind: directed(bytes),
    multiple: true,
    help: "after so many bytes pass nothing, and close nothing",
  },
  loss: { kind: directed(probability), multiple: true, help: "lose a datagram: 0.1 is one of ten" },
  duplicate: { kind: directed(probability), multiple: true, help: "send a datagram twice" },
  reorder: { kind: directed(probability), multiple: true, help: "send a datagram behind the next one" },
} as const;

/** What {@linkcode disturbanceOptions} are parsed to. */
export type DisturbanceOptions = {
  [K in keyof Disturbance]-?: Directed<NonNullable<Disturbance[K]>>[] | undefined;
};

const FOR_STREAMS = ["chunk", "glue", "reset"] as const;
const FOR_DATAGRAMS = ["loss", "duplicate", "reorder"] as const;
const NAMES = Object.keys(disturbanceOptions) as (keyof Disturbance)[];

/**
 * Sorts the options by direction.
 *
 * @param isDatagram whether either side of the relay is UDP
 * @throws {PinwireError} `usage` if one stands twice for a direction, or what carries the bytes can't have it
 */
export function disturbances(
  options: DisturbanceOptions,
  isDatagram: boolean,
): Record<Direction, Disturbance> {
  for (const name of isDatagram ? FOR_STREAMS : FOR_DATAGRAMS) {
    if (!options[name]?.length) continue;
    throw usageError(
      `--${name} is for ${isDatagram ? "streams" : "datagrams"}`,
      isDatagram ? "leave it out where either side is udp://" : "use it where a side is udp://",
    );
  }
  const found: Record<Direction, Disturbance> = { up: {}, down: {} };
  for (const name of NAMES) {
    for (const { value, direction } of options[name] ?? []) {
      for (const one of direction ? [direction] : DIRECTIONS) {
        if (found[one][name] !== undefined) {
          throw usageError(
            `--${name} stands twice for the way ${one}`,
            "give it once, or once each with :up and :down behind it",
          );
        }
        Object.assign(found[one], { [name]: value });
      }
    }
  }
  return found;
}
