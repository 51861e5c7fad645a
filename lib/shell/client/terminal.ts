import { exitAt } from "../../app/mod.ts";
import { TERM_NAME, type Terminal, type TerminalSize } from "../wire/bodies.ts";

/** The size where there is no terminal to ask. */
const USUAL = { rows: 24, cols: 80 };

/** Our own terminal while it shows a remote one: each key goes there. */
export interface LocalTerminal extends Disposable {
  readonly size: Terminal;
  /** Calls `tell` with the new size whenever it changes. */
  onResize(tell: (size: TerminalSize) => void): void;
}

/** Takes over our terminal, if stdin is one; disposing of it gives it back. */
export function openLocalTerminal(): LocalTerminal {
  const isTerminal = Deno.stdin.isTerminal();
  if (isTerminal) {
    Deno.stdin.setRaw(true);
    leaveOutputAlone();
  }
  const leaving = exitAt("SIGHUP", "SIGQUIT", "SIGTERM");
  let onWindow: (() => void) | undefined;
  const term = Deno.env.get("TERM") ?? "";
  return {
    size: { ...sizeNow(), term: TERM_NAME.test(term) ? term : "dumb" },
    onResize(tell) {
      if (Deno.build.os === "windows") return;
      onWindow = () => tell(sizeNow());
      Deno.addSignalListener("SIGWINCH", onWindow);
    },
    [Symbol.dispose]() {
      leaving[Symbol.dispose]();
      if (onWindow) Deno.removeSignalListener("SIGWINCH", onWindow);
      if (isTerminal) Deno.stdin.setRaw(false);
    },
  };
}

// The remote terminal has made CR LF of LF where that is wanted. Deno's raw mode would do it once more, also where a
// program moves the cursor down with LF; giving the terminal back ends this too (termios(3), OPOST).
function leaveOutputAlone(): void {
  try {
    new Deno.Command("stty", { args: ["-opost"], stdin: "inherit" }).outputSync();
  } catch {
    // Without stty, or the right to run it, most programs look right all the same.
  }
}

function sizeNow(): TerminalSize {
  try {
    const { rows, columns } = Deno.consoleSize();
    return { rows, cols: columns };
  } catch {
    return USUAL;
  }
}
