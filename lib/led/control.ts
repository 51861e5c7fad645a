import { PinwireError } from "../errors.ts";
import { type Clock, withTimeout } from "../net/mod.ts";
import { parseRequest, renameOne } from "./console.ts";
import { ALL, type Message } from "./protocol.ts";
import { type DeviceEntry, labelOf, type Registry } from "./registry.ts";
import { type Command, isDone, VERB_WORDS } from "./verbs.ts";

/** The time that a device has to report that it did what it was told, in milliseconds. */
const REPORT_TIME = 2_000;
/** How many devices' rows leave at once: a thousand would be more than may wait for a peer. */
const ROWS = 200;

/** Who has asked, and what it is told. */
export interface Asker {
  /** Sends a message; resolves when the peer has taken it. */
  say(message: Message): Promise<void>;
  /** What it is told of a device. */
  describe(entry: DeviceEntry): Message;
}

/**
 * Carries out a line from a `control`, such as `on kitchen` or `status`. The answer is the devices that the line
 * means, and `ok`; or an error. A device that is switched has to confirm it by its own report.
 */
export async function answerControl(
  line: string,
  registry: Registry,
  clock: Clock,
  { say, describe }: Asker,
): Promise<void> {
  try {
    const entries = await execute(line, registry, clock);
    for (const [i, entry] of entries.entries()) {
      const said = say(describe(entry));
      if (i % ROWS === ROWS - 1) await said;
    }
    await say({ say: "ok" });
  } catch (error) {
    if (!(error instanceof PinwireError)) throw error;
    await say({ say: "error", message: error.message, hint: HINTS[error.code] ?? error.hint });
  }
}

/** Where the console's hint would not help. */
const HINTS: Record<string, string> = {
  bad_command: `${VERB_WORDS.join(", ")}, name, status and watch are understood here`,
  no_device: "led status --via shows those that there are",
};

async function execute(line: string, registry: Registry, clock: Clock): Promise<DeviceEntry[]> {
  const request = parseRequest(line);
  if (request.ask === "status") return registry.select(request.words[0]);
  if (request.ask === "name") return [renameOne(registry, request.words)];
  if (request.ask !== "switch") throw new PinwireError("bad_command", "that is for the console only");
  const entries = registry.select(request.which);
  if (!entries.length) {
    throw new PinwireError("no_devices", "no device is connected", { hint: "start an agent" });
  }
  const mayBeAway = request.which === ALL;
  await Promise.all(
    entries.map((entry) => switchAndConfirm(entry, request.command, registry, clock, mayBeAway)),
  );
  return entries;
}

async function switchAndConfirm(
  entry: DeviceEntry,
  command: Command,
  registry: Registry,
  clock: Clock,
  mayBeAway: boolean,
): Promise<void> {
  const name = labelOf(entry);
  const desired = registry.command(entry, command);
  if (!entry.link) {
    if (mayBeAway) return;
    throw new PinwireError("away", `${name} is away`, { hint: "it will be told when it comes back" });
  }
  if (!entry.hello) return;
  const { promise, forget } = registry.reported(entry, (on) => isDone(desired, on));
  // One that is already so would report nothing.
  entry.link.send("state?");
  const hasReported = await withTimeout(REPORT_TIME, promise, clock);
  forget();
  if (hasReported) return;
  throw new PinwireError(
    "no_report",
    `${name} was told, and has not reported within ${REPORT_TIME / 1000} s`,
    { hint: "look at the agent, or try again" },
  );
}
