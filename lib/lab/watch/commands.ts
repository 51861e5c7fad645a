import { ALL_PERMISSIONS, command, text } from "../../cli/mod.ts";
import { environment, lessonOptions, liveOptions } from "../options.ts";

/** `lab watch`. */
export const watch = command({
  summary: "your own programs in a private network, and each of their segments",
  description:
    "Runs COMMAND in a network that has 127.0.0.1 and ::1 and nothing else, and draws each segment and datagram as it " +
    "passes, with the programs' own calls where strace is installed. What COMMAND prints stands between them, on stderr " +
    "what it writes there; with --json it is in events. Its stdin and its exit code are COMMAND's, and what it has " +
    "started ends with it.",
  positionals: {
    command: {
      kind: text("COMMAND"),
      variadic: true,
      behindDashes: true,
      help: "a program and its arguments; two programs are a line of sh -c",
    },
  },
  options: { record: liveOptions.record, force: liveOptions.force, ...lessonOptions },
  permissions: ALL_PERMISSIONS,
  examples: [
    ["-- python3 server.py", "a server, until Ctrl-C; the line shown at its start lets a client join"],
    ["-- sh -c 'python3 server.py & sleep 1; python3 client.py'", "a server and its client"],
    ["--record talk.pcapng -- python3 both.py", "for Wireshark too"],
  ],
  async run({ lang: language = environment, ...options }, { command }) {
    const { isInside } = await import("../stage/inside.ts");
    if (isInside()) return await (await import("./inside.ts")).runInside(command);
    return await (await import("./watch.ts")).watchCommand(command, { ...options, language });
  },
});
