import { usageError } from "../errors.ts";
import type { Kind } from "./command.ts";

/** Any text. */
export function text(meta: string): Kind<string> {
  return { meta, parse: (value) => value };
}

/** One of a few words. */
export function choice<const T extends string>(meta: string, words: readonly T[]): Kind<T> {
  return {
    meta,
    parse(value) {
      if (!words.includes(value as T)) {
        throw usageError(`"${value}" is not ${words.join(", ")}`, "use one of these");
      }
      return value as T;
    },
    values: () => [...words],
  };
}

/** A whole number from `min` to `max`. Sizes may end in k or M (1024 and 1024²). */
export function integer(meta: string, min: number, max = Number.MAX_SAFE_INTEGER): Kind<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
  return {
    meta,
    parse(value) {
      const match = value.match(/^(\d+)([kKmM]?)$/);
      const unit = { k: 1024, m: 1024 ** 2 }[match?.[2].toLowerCase() ?? ""] ?? 1;
      const number = match ? Number(match[1]) * unit : NaN;
      if (!match) {
        const isSize = /^\d[\d.]* ?(?:g|[kmg]i?b)$|^\d+\.\d+ ?[km]$/i.test(value);
        throw usageError(
          `"${value}" is not a whole number`,
          isSize ? "write 64k, 2M, or a number alone" : `use ${range}`,
        );
      }
      if (!(number >= min && number <= max)) {
        throw usageError(`"${value}" is out of range`, `use ${range}`);
      }
      return number;
    },
  };
}

/** A time: seconds, 0 or more, or with a unit: `2`, `0.5`, `500ms`, `2s`, `5m`. The value is in milliseconds. */
export function duration(meta = "SECONDS"): Kind<number> {
  return time(meta, "s", "use seconds, as in 2 or 0.5, or 500ms, 5m");
}

/** The same, but a number alone is milliseconds: `300`, `300ms`, `1s`. The value is in milliseconds too. */
export function milliseconds(meta = "MS"): Kind<number> {
  return time(meta, "ms", "use milliseconds, as in 300, or 300ms, 1s");
}

const UNITS = { ms: 1, s: 1000, m: 60_000 };

function time(meta: string, unit: keyof typeof UNITS, hint: string): Kind<number> {
  return {
    meta,
    parse(value) {
      const match = value.match(/^(\d+(?:\.\d+)?|\.\d+)(ms|s|m)?$/);
      const ms = match ? Number(match[1]) * UNITS[match[2] as "ms" ?? unit] : NaN;
      // Timers hold 31 bits of milliseconds; a longer one would fire at once.
      if (!(ms <= 0x7fff_ffff)) throw usageError(`"${value}" is not a time`, hint);
      return ms;
    },
  };
}
