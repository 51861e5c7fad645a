import { usageError } from "../errors.ts";

/**
 * Checks that none of the options stands there that another has no place for.
 *
 * @param flag the other one, as it was written
 * @param others what the options say, by their flags
 * @throws {PinwireError} `usage`
 */
export function checkExclusive(flag: string, others: Record<string, unknown>): void {
  const other = Object.keys(others).find((name) => others[name]);
  if (other) throw usageError(`${flag} has no ${other}`, "leave one of the two out");
}
