import { usageError } from "../errors.ts";

/**
 * Checks that an option is not given together with others that it excludes.
 *
 * @param flag the option, as it was written
 * @param others the values of the options that it excludes, by their flags
 * @throws {PinwireError} `usage`
 */
export function checkExclusive(flag: string, others: Record<string, unknown>): void {
  const other = Object.keys(others).find((name) => others[name]);
  if (other) throw usageError(`${flag} has no ${other}`, "leave one of the two out");
}
