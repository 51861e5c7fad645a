import type { Signal } from "./protocol.ts";

/** What doesn't go by SIGTERM within so many ms gets SIGKILL. */
const KILL_AFTER = 1_000;
/** Ms between two looks at whether it has gone. */
const LOOK_AGAIN = 20;

/** Groups that may still have a process: they are killed when we are ended in a hurry. */
const alive = new Set<ProcessGroup>();
globalThis.addEventListener("unload", () => {
  for (const group of alive) group.signal("SIGKILL");
});

/**
 * The processes of one command: its process group, whose leader was started as such, or, since the jobs of a
 * terminal's shell have groups of their own, its session (setsid(2), credentials(7)).
 */
export class ProcessGroup {
  #leader: number;
  #ending?: Promise<void>;

  /** @param leader the process id of a session's leader */
  constructor(leader: number) {
    this.#leader = leader;
    alive.add(this);
  }

  /** Sends a signal to the leader's group; false if there is none any more, or it is not ours to signal. */
  signal(name: Signal): boolean {
    return signalGroup(this.#leader, name);
  }

  /**
   * Ends what is left of it: SIGTERM, and after 1 s SIGKILL.
   *
   * @param reach `session` if the other groups of the leader's session go too; those of a `terminal` are told first
   * that it hangs up, as shells expect
   */
  end(reach: "group" | "session" | "terminal"): Promise<void> {
    return this.#ending ??= this.#end(reach);
  }

  async #end(reach: "group" | "session" | "terminal"): Promise<void> {
    const groups = reach === "group" ? [this.#leader] : groupsOfSession(this.#leader);
    if (reach === "terminal") { for (const group of groups) signalGroup(group, "SIGHUP"); }
    let left = groups.filter((group) => signalGroup(group, "SIGTERM"));
    const late = performance.now() + KILL_AFTER;
    while (left.length && performance.now() < late) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
      left = left.filter(isThere);
    }
    for (const group of left) signalGroup(group, "SIGKILL");
    alive.delete(this);
  }
}

function signalGroup(group: number, name: Signal): boolean {
  try {
    Deno.kill(-group, name);
    return true;
  } catch {
    return false;
  }
}

// Signal 0 only asks (kill(2)), which Deno's types don't know.
const isThere = (group: number) => signalGroup(group, 0 as unknown as Signal);

/** The leader's group and, where the system tells (proc_pid_stat(5)), the others of its session. */
function groupsOfSession(session: number): number[] {
  const groups = new Set([session]);
  try {
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const [, , group, of] = statOf(name);
      if (of === session) groups.add(group);
    }
  } catch {
    // Not Linux, or not allowed: the group is what we know.
  }
  return [...groups];
}

/** State, parent, group and session of a process; nothing of one that has just gone. */
function statOf(pid: string): number[] {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name, in brackets, may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ", 4).map(Number);
  } catch {
    return [];
  }
}
