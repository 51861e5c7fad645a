import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ctime } from "./ctime.ts";

Deno.test({
  name: "ctime writes local time as asctime does, the day filled with a space",
  permissions: "none",
  fn() {
    assertEquals(ctime(new Date(2026, 10, 21, 10, 0, 0)), "Sat Nov 21 10:00:00 2026");
    assertEquals(ctime(new Date(2026, 10, 1, 9, 5, 7)), "Sun Nov  1 09:05:07 2026");
    assertEquals(ctime(new Date(2000, 1, 29, 23, 59, 59, 999)), "Tue Feb 29 23:59:59 2000");
    assertEquals(ctime(new Date(1999, 11, 31)), "Fri Dec 31 00:00:00 1999");
  },
});

Deno.test({
  name: "ctime is always 24 characters, and says the time that it was given",
  permissions: "none",
  fn() {
    const date = fc.date({ min: new Date(1000, 0, 2), max: new Date(9999, 11, 30), noInvalidDate: true });
    fc.assert(fc.property(date, (date) => {
      const [, weekday, month, day, year, time] = date.toString().match(/^(\S+) (\S+) (\d+) (\d+) (\S+)/)!;
      assertEquals(ctime(date), `${weekday} ${month} ${day.replace(/^0/, " ")} ${time} ${year}`);
      assertEquals(ctime(date).length, 24);
    }));
  },
});
