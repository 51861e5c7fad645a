import { TextLineStream } from "@std/streams";
import type { Context } from "../../app/mod.ts";
import { networkNamespace } from "../../system/private_network.ts";
import { type Message, OUTSIDE } from "./inside.ts";

/** What the outer process does with what happens inside. */
export interface Onlooker {
  /** Done when the next segment may arrive. */
  step(): Promise<void>;
  /** Takes a packet that was sent, at a time in µs since 1970. */
  record(packet: Uint8Array, time: number): void;
}

/**
 * Starts this program again with the same arguments in a private network, and reports what it tells of.
 *
 * @param flags what unshare(1) is to give it
 * @returns its exit code
 */
export async function playOutside(
  flags: readonly string[],
  onlooker: Onlooker,
  { reporter, stop }: Pick<Context, "reporter" | "stop">,
): Promise<number> {
  const child = new Deno.Command("unshare", {
    args: [...flags, ...ownCommand(), ...Deno.args],
    env: { [OUTSIDE]: networkNamespace() },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const stdin = child.stdin.getWriter();
  // It ends with its input.
  using _stopping = stop.onStop(() => void stdin.close().catch(() => {}));
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const message: Message = JSON.parse(line);
    if ("packet" in message) {
      onlooker.record(Uint8Array.fromBase64(message.packet), message.time);
    } else if ("event" in message) {
      reporter.report(message.event);
      await reporter.drained();
    } else {
      await onlooker.step();
      await stdin.write(new TextEncoder().encode("\n")).catch(() => {});
    }
  }
  await stdin.close().catch(() => {});
  const { code } = await child.status;
  return stop.signal.aborted ? 0 : code;
}

/** What starts this program, compiled or from its source. */
export function ownCommand(): string[] {
  if (Deno.build.standalone) return [Deno.execPath()];
  return [Deno.execPath(), "run", "--allow-all", Deno.mainModule];
}
