import { ALL_PERMISSIONS, command, integer } from "../../cli/mod.ts";
import { usageError } from "../../errors.ts";
import { environment, pagedOptions } from "../options.ts";

/** `lab states`. */
export const states = command({
  summary: "the eleven states of TCP, each with what it waits for",
  description:
    "Walks both ends of a connection through all states of TCP, on a wire of its own: each with its reason, what it " +
    "waits for, and its row in /proc/net/tcp. With PORT it shows the sockets of this machine that have it, as they are " +
    "now: their queues and timers, and each change with why.",
  positionals: {
    port: {
      kind: integer("PORT", 1, 65_535),
      optional: true,
      help: "a port of this machine to watch, in place of the walk",
    },
  },
  options: {
    once: { help: "with PORT: show the table once, and end" },
    ...pagedOptions,
  },
  permissions: ALL_PERMISSIONS,
  examples: [
    ["", "the walk through all eleven"],
    ["--step", "the same, a segment for each Enter"],
    ["8080", "who is connected to port 8080, and what becomes of them"],
  ],
  async run({ lang: language = environment, once, ...options }, { port }) {
    if (port !== undefined) {
      checkWatch(options);
      return await (await import("./port.ts")).showPort(port, once, { ...options, language });
    }
    if (once) throw usageError("--once is for a PORT", "name one, or leave it out");
    const { isInside, playInside } = await import("../stage/inside.ts");
    if (isInside()) return await playInside((await import("./walk.ts")).walk, options);
    const recorded = async () => (await import("./recorded.ts")).EVENTS;
    const [{ findRefusal, showLive }, { walkStyle }, { SOCKET_TABLE }] = await Promise.all([
      import("../stage/live.ts"),
      import("./walk_style.ts"),
      import("../../system/socket_tables/tcp_sockets.ts"),
    ]);
    const refusal = await findRefusal({ ...options, language });
    if (refusal !== undefined && SOCKET_TABLE !== undefined) {
      const { showPlain } = await import("./plain_show.ts");
      return await showPlain(refusal, SOCKET_TABLE, recorded, { ...options, language });
    }
    return await showLive("states", recorded, { ...options, language }, walkStyle);
  },
});

/** @throws {PinwireError} `usage` if an option is for the walk alone */
function checkWatch(
  { step, record, force, web }: { step: boolean; record?: string; force: boolean; web?: unknown },
): void {
  const given = { "--step": step, "--record": record !== undefined, "--force": force, "--web": web };
  const [option] = Object.entries(given).find(([, value]) => value) ?? [];
  if (option) throw usageError(`${option} is for the walk`, "leave out either it or PORT");
}
