import { type Context, isDumb } from "../../app/mod.ts";
import { PinwireError } from "../../errors.ts";
import { SOCKET_TABLE, tcpSockets } from "../../system/socket_tables/tcp_sockets.ts";
import { placeAfter } from "../../text/width.ts";
import { type LessonOptions, showLesson } from "../show.ts";
import { PortView } from "./port_view.ts";
import { PortWatch } from "./port_watch.ts";

/** Colours take no columns. */
const COLOURS = /\p{Cc}\[\d+m/gu;
/** Ms between two looks at the system's table; netstat is a program to start each time. */
const INTERVAL = SOCKET_TABLE === "netstat" ? 250 : 100;

/**
 * Shows the sockets of a port of this machine, and each change until it is time to stop; on a terminal the table stays
 * below the changes.
 *
 * @param once whether it ends after the table
 * @throws {PinwireError} `unsupported` if this is neither Linux nor macOS
 */
export async function showPort(
  port: number,
  once: boolean,
  options: LessonOptions,
): Promise<number> {
  if (SOCKET_TABLE === undefined) {
    throw new PinwireError("unsupported", "the sockets of a port are watched on Linux and macOS alone", {
      hint: "netstat -an -p tcp shows them here",
    });
  }
  return await showLesson(
    "states",
    options,
    (look) => new PortView(port, () => performance.now(), look),
    async ({ reporter, stop, clock }, view) => {
      const watch = new PortWatch(port);
      const screen = new Screen(options.json ? undefined : reporter, view);
      const look = () => {
        const events = watch.look(tcpSockets());
        screen.show(() => events.forEach((event) => reporter.report(event)));
      };
      look();
      if (once) {
        if (!options.json) reporter.write(view.explanations());
        return 0;
      }
      const timer = clock.every(INTERVAL, look);
      const stopped = Promise.withResolvers<void>();
      using _stopping = stop.onStop(() => stopped.resolve());
      await stopped.promise;
      timer.cancel();
      return 0;
    },
  );
}

/** Keeps the table below all that is written; where that can't be done it stands once, above all. */
class Screen {
  readonly #reporter?: Context["reporter"];
  readonly #view: PortView;
  readonly #isTerminal = Deno.stdout.isTerminal() && !isDumb;
  #drawn?: string;

  /** @param reporter none if nothing is to be drawn */
  constructor(reporter: Context["reporter"] | undefined, view: PortView) {
    this.#reporter = reporter;
    this.#view = view;
  }

  /** Has something written, and draws the table if it isn't the same. */
  show(write: () => void): void {
    const reporter = this.#reporter;
    if (!reporter || (this.#drawn !== undefined && !this.#isTerminal)) return write();
    const { columns, rows } = this.#isTerminal ? Deno.consoleSize() : { columns: 0, rows: Infinity };
    if (this.#drawn !== undefined) {
      const shown = this.#drawn.replace(COLOURS, "");
      // Row by row: when all of a screen is erased at once, tmux keeps it.
      reporter.write("\x1b[1A\x1b[2K".repeat(placeAfter(shown, columns).rows));
    }
    write();
    // Its head, the line about more, and the one that the cursor is in.
    this.#drawn = this.#view.table(rows - 3);
    reporter.write(this.#drawn);
  }
}
