import type { Signal } from "../protocol.ts";

/** What doesn't go by SIGTERM within so many ms gets SIGKILL. */
const KILL_AFTER = 1_000;
/** Ms between two looks at whether it has gone. */
const LOOK_AGAIN = 20;

/** What a command left behind may need so many ms to call setsid. */
const FORK_TIME = 50;

/** Each so-manieth look tells processes from those that have ended and nobody has asked how. */
const CLOSER = 5;
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
    for (const group of groupsOfSession(this.#leader, this.#hasLeader, listProcesses())) {
      signalGroup(group, "SIGKILL");
    }
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
    let left = await this.#groups(reach);
    if (reach === "terminal") { for (const group of left) signalGroup(group, "SIGHUP"); }
    left = left.filter((group) => signalGroup(group, "SIGTERM"));
    const late = performance.now() + KILL_AFTER;
    for (let looks = 1; left.length && performance.now() < late; looks++) {
      await pause(LOOK_AGAIN);
      left = left.filter(isThere);
      if (left.length && looks % CLOSER === 0) left = living(left, await nextList());
    }
    for (let round = 0; round < ROUNDS; round++) {
      const groups = reach === "group" ? left.filter(isThere) : await this.#groups(reach);
      if (!groups.length) break;
      for (const group of groups) signalGroup(group, "SIGKILL");
      await pause(LOOK_AGAIN);
    }
    alive.delete(this);
  }

  async #groups(reach: Reach): Promise<number[]> {
    if (reach === "group") return [this.#leader];
    return groupsOfSession(this.#leader, this.#hasLeader, await nextList());
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
 * The groups of a session that have a process, where the system tells; elsewhere its leader's own.
 *
 * @param hasLeader whether its leader is still there; if another process has its number, the session is over
 */
function groupsOfSession(session: number, hasLeader: boolean, processes: Process[] | undefined): number[] {
  if (!processes) return isThere(session) ? [session] : [];
  const own = processes.filter(({ of, isZombie }) => of === session && !isZombie);
  if (!hasLeader && own.some(({ pid }) => pid === session)) return [];
  return [...new Set(own.map(({ group }) => group))];
}

/** Those of these groups that have a process which has not ended. */
function living(groups: number[], processes: Process[] | undefined): number[] {
  if (!processes) return groups;
  const alive = new Set(processes.filter(({ isZombie }) => !isZombie).map(({ group }) => group));
  return groups.filter((group) => alive.has(group));
}

let next: Promise<Process[] | undefined> | undefined;

/** The processes there are when this turn of the event loop is over: many commands that end at once look once. */
function nextList(): Promise<Process[] | undefined> {
  return next ??= pause(0).then(() => {
    next = undefined;
    return listProcesses();
  });
}

/** All processes, if the system tells (proc_pid_stat(5)) and it is allowed. */
function listProcesses(): Process[] | undefined {
  try {
    return [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) => /^\d+$/.test(name)).map(
      statOf,
    );
  } catch {
    return undefined;
  }
}

/** A process, its group and its session. */
interface Process {
  readonly pid: number;
  readonly isZombie: boolean;
  readonly group: number;
  readonly of: number;
}

/** What a process is; one that has just gone is like a zombie. */
function statOf(pid: string): Process {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name, in brackets, may hold anything.
    const [state, , group, of] = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 4);
    return {
      pid: Number(pid),
      isZombie: state === "Z" || state === "X",
      group: Number(group),
      of: Number(of),
    };
  } catch {
    return { pid: Number(pid), isZombie: true, group: 0, of: 0 };
  }
}
