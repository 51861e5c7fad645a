import { endingOf } from "./child.ts";

/** Ms that it may take for its end once nothing is watched. */
const LAST_WAIT = 2_000;

/**
 * Reads `+LEADER PLACE` and `-LEADER`, a line each. At the end of its input it ends the sessions that are left, as a
 * server does: by SIGTERM, 1 s later by SIGKILL; then it removes their files. Nothing but kill(1), sleep(1) and rm(1)
 * is needed, and /proc only for the other groups of a session (proc_pid_stat(5)).
 */
const SCRIPT = `
trap '' HUP INT QUIT TERM
leaders=
while IFS=' ' read -r what place; do
  leader=\${what#?} others=
  for each in $leaders; do
    [ "$each" = "$leader" ] || others="$others $each"
  done
  leaders=$others
  case $what in +*)
    leaders="$leaders $leader"
    eval "place_$leader=\\$place" ;;
  esac
done
[ "$leaders" ] || exit 0

signal_all() {
  signal=$1
  for leader in $leaders; do kill -s "$signal" -- "-$leader" 2>/dev/null; done
  for stat in /proc/[0-9]*/stat; do
    read -r line 2>/dev/null <"$stat" || continue
    set -- \${line##*) }
    [ "$3" != "$4" ] || continue
    case " $leaders " in *" $4 "*)
      process=\${stat#/proc/}
      kill -s "$signal" "\${process%/stat}" 2>/dev/null ;;
    esac
  done
}
signal_all TERM
sleep 1
signal_all KILL
for leader in $leaders; do
  eval "place=\\$place_$leader"
  [ -z "$place" ] || rm -f -- "$place"
done
`;

/**
 * Ends the commands of a server that is killed by SIGKILL, or otherwise has no time to do it. It is a process of its own
 * that is told what runs through a pipe, which closes with whoever holds it.
 */
export class Watchdog implements AsyncDisposable {
  /** What it has been told of each command that runs, by the leader of its session. */
  #watched = new Map<number, string>();
  #pipe?: WritableStreamDefaultWriter<Uint8Array>;
  #ended?: Promise<unknown>;
  #kill?: () => void;

  /**
   * A command runs from now on. With the first one the process begins.
   *
   * @param place its temporary file, if it has one
   */
  watch(leader: number, place?: string): void {
    // A line can't hold a path that has a newline in it.
    const line = `+${leader} ${place?.includes("\n") ? "" : place ?? ""}\n`;
    this.#watched.set(leader, line);
    if (this.#pipe) this.#tell(this.#pipe, line);
    else this.#start();
  }

  /** The command is over, with all that is to end with it. */
  forget(leader: number): void {
    this.#watched.delete(leader);
    if (this.#pipe) this.#tell(this.#pipe, `-${leader}\n`);
  }

  /** Ends what is still watched. Done when the process has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    const pipe = this.#pipe;
    this.#pipe = undefined;
    // It may have been stopped (SIGSTOP). Else it is through with what is left in a second.
    const late = setTimeout(() => this.#kill?.(), LAST_WAIT);
    await pipe?.close().catch(() => {});
    await this.#ended;
    clearTimeout(late);
  }

  #start(): void {
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command("/bin/sh", {
        args: ["-c", SCRIPT, "pinwire-watchdog"],
        cwd: "/",
        // Whatever is sent to the server's group or its terminal is not for it.
        detached: true,
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn();
    } catch {
      // The next command tries it again.
      return;
    }
    const pipe = child.stdin.getWriter();
    this.#pipe = pipe;
    this.#ended = endingOf(child);
    this.#kill = () => Deno.kill(child.pid, "SIGKILL");
    // If it dies meanwhile, the next line tells.
    pipe.write(new TextEncoder().encode([...this.#watched.values()].join(""))).catch(() => {});
  }

  #tell(pipe: WritableStreamDefaultWriter<Uint8Array>, lines: string): void {
    pipe.write(new TextEncoder().encode(lines)).catch(() => {
      // Somebody has killed it: another one takes over, and learns all.
      if (this.#pipe !== pipe) return;
      this.#pipe = undefined;
      if (this.#watched.size) this.#start();
    });
  }
}
