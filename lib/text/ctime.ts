const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const pad = (value: number, fill: string) => String(value).padStart(2, fill);

/**
 * A local date and time in the form of C's `asctime` (C17, 7.27.3.1) without its newline; always 24 characters
 * in the years 1000 to 9999.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(ctime(new Date(2026, 10, 1, 9, 5, 7)), "Sun Nov  1 09:05:07 2026");
 * ```
 */
export function ctime(date: Date): string {
  const day = `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${pad(date.getDate(), " ")}`;
  const time = `${pad(date.getHours(), "0")}:${pad(date.getMinutes(), "0")}:${pad(date.getSeconds(), "0")}`;
  return `${day} ${time} ${date.getFullYear()}`;
}
