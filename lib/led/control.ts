import { PinwireError } from "../errors.ts";
import { withTimeout } from "../net/mod.ts";
import { parseRequest } from "./console.ts";
import type { Command, Message } from "./protocol.ts";
import { type DeviceEntry, labelOf, type Registry } from "./registry.ts";

/** A device has so many ms to report that it did what it was told. */
const REPORT_TIME = 2_000;
/** Devices whose rows leave at once: a thousand would be more than may wait for a peer. */
const ROWS = 200;

/**
 * Carries out a line from a `control`, such as `on kitchen` or `status`, and answers with the devices that it is
 * about and `ok`, or with an error. A switch is confirmed by the device's own report.
 *
 * @param say sends a message; done when the peer has taken it
 */
export async function answerControl(
  line: string,
  registry: Registry,
  say: (message: Message) => Promise<void>,
): Promise<void> {
  try {
    const entries = await carryOut(line, registry);
    for (const [i, entry] of entries.entries()) {
      const said = say({ say: "device", device: registry.status(entry) });
      if (i % ROWS === ROWS - 1) await said;
    }
    await say({ say: "ok" });
  } catch (error) {
    if (!(error instanceof PinwireError)) throw error;
    await say({ say: "error", message: error.message, hint: HINTS[error.code] ?? error.hint });
  }
}

/** Other hints than on the console. */
const HINTS: Record<string, string> = {
  bad_command: "on, off, toggle, blink and status are understood here",
  no_device: "led status --via shows those that there are",
};

async function carryOut(line: string, registry: Registry): Promise<DeviceEntry[]> {
  const request = parseRequest(line);
  if (request.ask === "status") return registry.select(request.which);
  if (request.ask !== "switch") throw new PinwireError("bad_command", "that is for the console only");
  const entries = registry.select(request.which);
  if (!entries.length) {
    throw new PinwireError("no_devices", "no device is connected", { hint: "start an agent" });
  }
  const mayBeAway = request.which === "all";
  await Promise.all(entries.map((entry) => switchAndConfirm(entry, request.command, registry, mayBeAway)));
  return entries;
}

async function switchAndConfirm(
  entry: DeviceEntry,
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
  const isWanted = (on: boolean) => desired?.do === "blink" || on === (desired?.do === "on");
  const { promise, forget } = registry.reported(entry, isWanted);
  // One that is already so would report nothing.
  entry.link.send("state?");
  const hasReported = await withTimeout(REPORT_TIME, promise);
  forget();
  if (hasReported) return;
  throw new PinwireError(
    "no_report",
    `${name} was told, and has not reported within ${REPORT_TIME / 1000} s`,
    {
      hint: "look at the agent, or try again",
    },
  );
}
