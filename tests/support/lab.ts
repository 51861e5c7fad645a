import type { LabEvent } from "../../lib/app/mod.ts";
import { isLinux } from "./machine.ts";
import { pinwireCommand } from "./pinwire.ts";
import { type Outcome, Process, type ProcessOptions, run } from "./process.ts";

/** What makes somebody of us who is root nowhere. */
const AS_USER = ["--user", "--map-user=1000", "--map-group=1000"];

/** Whether the system lets a user without privileges have a network of their own. */
export const HAS_PRIVATE_NETWORKS = isLinux && await hasPrivateNetworks();

/** Runs pinwire as a user without privileges. */
export async function asUser(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  return await run("unshare", [...AS_USER, ...pinwireCommand(args)], { env });
}

/** Starts pinwire as such a user. */
export function startAsUser(args: string[], options: ProcessOptions = {}): Process {
  return new Process("unshare", [...AS_USER, ...pinwireCommand(args)], options);
}

/**
 * The same where the system has no user namespaces left: nobody there has the right to make one either.
 *
 * @param apart namespaces of its own besides, as unshare(1) names them
 */
export async function withoutNamespaces(args: string[], apart: string[] = []): Promise<Outcome> {
  const [program, ...rest] = withoutNamespacesCommand(args, apart);
  return await run(program, rest);
}

/** What it is started by. */
export function withoutNamespacesCommand(args: string[], apart: string[] = []): [string, ...string[]] {
  const limit =
    'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all --inh-caps=-all "$@"';
  const within = ["--user", "--map-root-user", ...apart, "sh", "-c", limit, "sh"];
  return ["unshare", ...within, ...pinwireCommand(args)];
}

/** The events of one kind that a lesson told of with `--json`. */
export function eventsOf<K extends LabEvent["event"]>({ stdout }: Outcome, kind: K) {
  const events: LabEvent[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  return events.filter((event): event is Extract<LabEvent, { event: K }> => event.event === kind);
}

async function hasPrivateNetworks(): Promise<boolean> {
  try {
    const args = [...AS_USER, "unshare", "--user", "--map-root-user", "--net", "test", "-c", "/dev/net/tun"];
    return (await new Deno.Command("unshare", { args, stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}
