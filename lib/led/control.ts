import { PinwireError } from "../errors.ts";
import { within } from "../net/mod.ts";
import { parseRequest } from "./console.ts";
import type { Command, Message } from "./protocol.ts";
import { type Entry, labelOf, type Registry } from "./registry.ts";

/** A device has so many ms to report that it did what it was told. */
const REPORT_TIME = 2_000;

/**
 * Carries out a line from a `control`, such as `on kitchen` or `status`, and answers with the devices that it is
 * about and `ok`, or with an error. A switch is confirmed by the device's own report.
 */
export async function answerControl(
  line: string,
  registry: Registry,
  say: (message: Message) => void,
): Promise<void> {
  try {
    const request = parseRequest(line);
    if (request.ask === "status") {
      for (const entry of registry.select(request.which)) {
        say({ say: "device", device: registry.status(entry) });
      }
    } else if (request.ask === "switch") {
      const entries = registry.select(request.which);
      if (!entries.length) throw new PinwireError("no_device", "no device is connected");
      const mayBeAway = request.which === "all";
      await Promise.all(
        entries.map((entry) => switchAndConfirm(entry, request.command, registry, mayBeAway)),
      );
      for (const entry of entries) say({ say: "device", device: registry.status(entry) });
    } else {
      throw new PinwireError("bad_command", "that is for the console only");
    }
    say({ say: "ok" });
  } catch (error) {
    if (!(error instanceof PinwireError)) throw error;
    say({ say: "error", message: error.message, hint: HINTS[error.code] ?? error.hint });
  }
}

/** Other hints than on the console. */
const HINTS: Record<string, string> = {
  bad_command: "on, off, toggle, blink and status are understood here",
  no_device: "led status --via shows those that there are",
};

async function switchAndConfirm(
  entry: Entry,
  command: Command,
  registry: Registry,
  mayBeAway: boolean,
): Promise<void> {
  const name = labelOf(entry);
  registry.command(entry, command);
  if (!entry.link) {
    if (mayBeAway) return;
    throw new PinwireError("away", `${name} is away`, { hint: "it will be told when it comes back" });
  }
  if (!entry.hello) return;
  const { desired } = entry;
  const reported = registry.reported(entry, (on) => desired?.do === "blink" || on === (desired?.do === "on"));
  // One that is already so would report nothing.
  entry.link.send("state?");
  if (await within(REPORT_TIME, reported)) return;
  throw new PinwireError(
    "no_report",
    `${name} was told, and has not reported within ${REPORT_TIME / 1000} s`,
    {
      hint: "look at the agent, or try again",
    },
  );
}
