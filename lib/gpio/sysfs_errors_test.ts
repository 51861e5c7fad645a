import { assertEquals, assertMatch } from "@std/assert";
import { PinwireError } from "../errors.ts";
import { translateSysfsError } from "./sysfs_errors.ts";

/** The error that Deno makes of an errno. */
function denoError(code: string | undefined, message: string): Error {
  return Object.assign(new Error(message), code && { code });
}

/** The code and the sentence that users get. */
function told(error: Error): [string, string] {
  const translated = translateSysfsError(error, "pin 11 (GPIO17)", "/sys/class/gpio/gpio529/value");
  if (!(translated instanceof PinwireError)) throw translated;
  assertEquals(translated.cause, error);
  return [translated.code, translated.sentence];
}

Deno.test({
  name: "translateSysfsError says what the kernel means by each errno",
  permissions: "none",
  fn() {
    const cases: [string | undefined, string, string, RegExp][] = [
      [
        "EBUSY",
        "Device or resource busy (os error 16)",
        "pin_busy",
        /is held by a driver or another program: /,
      ],
      ["EACCES", "Permission denied (os error 13)", "pin_permission", /usermod -aG gpio \$USER/],
      ["EROFS", "Read-only file system (os error 30)", "pin_permission", /is mounted read-only/],
      ["EPERM", "Operation not permitted (os error 1)", "pin_direction", /is not an output any more/],
      ["EINVAL", "Invalid argument (os error 22)", "pin_direction", /can't be an output/],
      ["EIO", "Input/output error (os error 5)", "pin_direction", /can't be an output/],
      ["ENOENT", "No such file or directory (os error 2)", "pin_gone", /has gone with its chip/],
      [undefined, "No such device (os error 19)", "pin_gone", /has gone with its chip/],
      [undefined, "Unknown error 524 (os error 524)", "pin_direction", /can't be an output/],
      ["EISDIR", "Is a directory (os error 21)", "pin_failed", /failed \(Is a directory.*gpio529\/value$/],
    ];
    for (const [errno, message, code, sentence] of cases) {
      const [gotCode, gotSentence] = told(denoError(errno, message));
      assertEquals(gotCode, code, message);
      assertMatch(gotSentence, /^pin 11 \(GPIO17\) [^\n]+$/);
      assertMatch(gotSentence, sentence);
    }
  },
});

Deno.test({
  name: "translateSysfsError leaves alone what the kernel did not say",
  permissions: "none",
  fn() {
    const others = [
      new PinwireError("pin_busy", "taken"),
      new Deno.errors.NotCapable("Requires write access"),
      "no error at all",
    ];
    for (const error of others) assertEquals(translateSysfsError(error, "line 1", "/sys"), error);
  },
});
