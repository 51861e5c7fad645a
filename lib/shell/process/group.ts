import { type Clock, sleep } from "../../net/mod.ts";
import type { Signal } from "../wire/bodies.ts";

/** Time in ms from SIGTERM to SIGKILL. */
const KILL_AFTER = 1_000;
/** Time in ms between two looks at what is left. */
const LOOK_AGAIN = 20;

/** Time in ms that a process which a command has left running has to call setsid. */
const FORK_TIME = 50;

/** One look in this many also finds zombies: processes that have ended, but whose parent hasn't asked how. */
const CLOSER = 5;
/** How often a session is killed at most: it may have begun other groups meanwhile. */
const ROUNDS = 5;

/** Groups that may still have a process: they are killed if we end in a hurry, or by an error that nobody caught. */
const alive = new Set<ProcessGroup>();
for (const end of ["unload", "error", "unhandledrejection"]) {
  globalThis.addEventListener(end, () => {
    for (const group of alive) group.kill();
  });
}

/**
 * The processes of one command: its process group, whose leader was started as such, or, since the jobs of a
 * terminal's shell have groups of their own, its session (setsid(2), credentials(7)).
 */
export class ProcessGroup {
  #leader: number;
  #clock: Clock;
  #endings: readonly Signal[];
  #hasLeader = true;
  #isAsked = false;

  /**
   * @param leader the process id of a session's leader
   * @param hasTerminal whether it expects SIGHUP at its end, as shells of a terminal do
   */
  constructor(leader: number, clock: Clock, hasTerminal = false) {
    this.#leader = leader;
    this.#clock = clock;
    this.#endings = hasTerminal ? ["SIGHUP", "SIGTERM"] : ["SIGTERM"];
    alive.add(this);
  }

  /** The leader has ended: its number may belong to another process from now on. */
  leaderHasGone(): void {
    this.#hasLeader = false;
  }

  /** Sends a signal to the leader's group, while there is a leader. */
  signal(name: Signal): void {
    if (this.#hasLeader) signalGroup(this.#leader, name);
  }

  /** Asks the leader's group to end, if there is a leader that wasn't asked yet. */
  askToEnd(): void {
    if (this.#isAsked || !this.#hasLeader) return;
    this.#isAsked = true;
    for (const name of this.#endings) signalGroup(this.#leader, name);
  }

  /** Kills its session, now. */
  kill(): void {
    for (const group of groupsOfSession(this.#leader, this.#hasLeader, listProcesses())) {
      signalGroup(group, "SIGKILL");
    }
  }

  /**
   * Ends what is left of it: by SIGTERM, and after 1 s by SIGKILL.
   *
   * @param reach `session` ends the other groups of the leader's session too
   */
  async end(reach: Reach): Promise<void> {
    alive.add(this);
    if (reach === "group" && isThere(this.#leader)) await sleep(FORK_TIME, this.#clock);
    // To list all processes takes a while, and the leader's own group needs no list.
    this.askToEnd();
    let left = await this.#groups(reach);
    for (const group of left) {
      if (this.#isAsked && group === this.#leader) continue;
      for (const name of this.#endings) signalGroup(group, name);
    }
    left = left.filter(isThere);
    const late = this.#clock.now() + KILL_AFTER;
    for (let looks = 1; left.length && this.#clock.now() < late; looks++) {
      await sleep(LOOK_AGAIN, this.#clock);
      left = left.filter(isThere);
      if (left.length && looks % CLOSER === 0) left = living(left, await nextList(this.#clock));
    }
    for (let round = 0; round < ROUNDS; round++) {
      const groups = reach === "group" ? left.filter(isThere) : await this.#groups(reach);
      if (!groups.length) break;
      for (const group of groups) signalGroup(group, "SIGKILL");
      await sleep(LOOK_AGAIN, this.#clock);
    }
    alive.delete(this);
  }

  async #groups(reach: Reach): Promise<number[]> {
    if (reach === "group") return [this.#leader];
    return groupsOfSession(this.#leader, this.#hasLeader, await nextList(this.#clock));
  }
}

/** How much of a command is to end. */
type Reach = "group" | "session";

function signalGroup(group: number, name: Signal): boolean {
  try {
    Deno.kill(-group, name);
    return true;
  } catch {
    return false;
  }
}

// Signal 0 only asks whether there is a process (kill(2)); Deno's types don't have it.
const isThere = (group: number) => signalGroup(group, 0 as unknown as Signal);

/**
 * The groups of a session that have a process. Where the system has no /proc, that is the leader's own group.
 *
 * @param hasLeader whether the leader is still there; without it, a process with its number shows that the session is
 * over
 */
function groupsOfSession(session: number, hasLeader: boolean, processes: Process[] | undefined): number[] {
  if (!processes) return isThere(session) ? [session] : [];
  const own = processes.filter(({ of, isZombie }) => of === session && !isZombie);
  if (!hasLeader && own.some(({ pid }) => pid === session)) return [];
  return [...new Set(own.map(({ group }) => group))];
}

/** The groups among these that have a process which has not ended. */
function living(groups: number[], processes: Process[] | undefined): number[] {
  if (!processes) return groups;
  const alive = new Set(processes.filter(({ isZombie }) => !isZombie).map(({ group }) => group));
  return groups.filter((group) => alive.has(group));
}

let next: Promise<Process[] | undefined> | undefined;

/** The processes at the end of this turn of the event loop: many commands that end at once share one look. */
function nextList(clock: Clock): Promise<Process[] | undefined> {
  return next ??= new Promise((resolve) =>
    clock.after(0, () => {
      next = undefined;
      resolve(listProcesses());
    })
  );
}

/** All processes, where /proc lists them (proc_pid_stat(5)) and we may read it. */
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

/** Reads about a process; one that has just gone counts as a zombie. */
function statOf(pid: string): Process {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name, in brackets, may contain anything.
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
