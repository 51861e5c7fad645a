import type { Signal } from "./protocol.ts";

/** What doesn't go by SIGTERM within so many ms gets SIGKILL. */
const KILL_AFTER = 1_000;
/** Ms between two looks at whether it has gone. */
const LOOK_AGAIN = 20;

/** What a command left behind may need so many ms to call setsid. */
const FORK_TIME = 50;

/** So often it is looked whether a killed session has begun other groups meanwhile. */
const ROUNDS = 5;

/** Groups that may still have a process: they are killed when we are ended in a hurry. */
const alive = new Set<ProcessGroup>();
globalThis.addEventListener("unload", () => {
  for (const group of alive) group.kill();
});

/**
 * The processes of one command: its process group, whose leader was started as such, or, since the jobs of a
 * terminal's shell have groups of their own, its session (setsid(2), credentials(7)).
 */
export class ProcessGroup {
  #leader: number;
  #hasLeader = true;

  /** @param leader the process id of a session's leader */
  constructor(leader: number) {
    this.#leader = leader;
    alive.add(this);
  }

  /** Its number may belong to another process from now on. */
  leaderHasGone(): void {
    this.#hasLeader = false;
  }

  /** Sends a signal to the leader's group, while there is a leader. */
  signal(name: Signal): void {
    if (this.#hasLeader) signalGroup(this.#leader, name);
  }

  /** Kills its session, now. */
  kill(): void {
    for (const group of this.#groups("session")) signalGroup(group, "SIGKILL");
  }

  /**
   * Ends what is left of it: SIGTERM, and after 1 s SIGKILL.
   *
   * @param reach `session` if the other groups of the leader's session go too; those of a `terminal` are told first
   * that it hangs up, as shells expect
   */
  async end(reach: Reach): Promise<void> {
    alive.add(this);
    if (reach === "group" && isThere(this.#leader)) await pause(FORK_TIME);
    let left = this.#groups(reach);
    if (reach === "terminal") { for (const group of left) signalGroup(group, "SIGHUP"); }
    left = left.filter((group) => signalGroup(group, "SIGTERM"));
    const late = performance.now() + KILL_AFTER;
    while (left.length && performance.now() < late) {
      await pause(LOOK_AGAIN);
      left = left.filter(isThere);
    }
    for (let round = 0; round < ROUNDS; round++) {
      const groups = reach === "group" ? left.filter(isThere) : this.#groups(reach);
      if (!groups.length) break;
      for (const group of groups) signalGroup(group, "SIGKILL");
      await pause(LOOK_AGAIN);
    }
    alive.delete(this);
  }

  #groups(reach: Reach): number[] {
    return reach === "group" ? [this.#leader] : groupsOfSession(this.#leader, this.#hasLeader);
  }
}

/** How much of a command is ended. */
type Reach = "group" | "session" | "terminal";

function signalGroup(group: number, name: Signal): boolean {
  try {
    Deno.kill(-group, name);
    return true;
  } catch {
    return false;
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

// Signal 0 only asks (kill(2)), which Deno's types don't know.
const isThere = (group: number) => signalGroup(group, 0 as unknown as Signal);

/**
 * The groups of a session that have a process, where the system tells (proc_pid_stat(5)); elsewhere its leader's own.
 *
 * @param hasLeader whether its leader is still there; if another process has its number, the session is over
 */
function groupsOfSession(session: number, hasLeader: boolean): number[] {
  const groups = new Set<number>();
  try {
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const { isZombie, group, of } = statOf(name);
      if (of !== session || isZombie) continue;
      if (Number(name) === session && !hasLeader) return [];
      groups.add(group);
    }
  } catch {
    // Not Linux, or not allowed.
    return isThere(session) ? [session] : [];
  }
  return [...groups];
}

/** What a process is, its group and its session; of one that has just gone, nothing. */
function statOf(pid: string): { isZombie: boolean; group: number; of: number } {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name, in brackets, may hold anything.
    const [state, , group, of] = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 4);
    return { isZombie: state === "Z" || state === "X", group: Number(group), of: Number(of) };
  } catch {
    return { isZombie: true, group: 0, of: 0 };
  }
}
