// It asks the environment, which a command may not do any more once it has begun.
import "./lib/app/terminal.ts";
import { type Program, run } from "./lib/cli/mod.ts";
import { visible } from "./lib/text/visible.ts";
import config from "./deno.json" with { type: "json" };

/** The first word of each command, with the module that knows the rest: a command loads no other. */
export const program: Program = {
  name: "pinwire",
  version: config.version,
  home: new URL(".", import.meta.url),
  summary:
    "echo, LEDs, chat and a remote shell over TCP, UDP, Unix sockets, TLS and WebSockets, with every frame in sight",
  printable: visible,
  guide: () => import("./lib/cli/guide.ts"),
  prepare: { ffi: async () => (await import("./lib/net/mod.ts")).keepSockets() },
  modules: {
    echo: () => import("./lib/echo/commands.ts"),
    led: () => import("./lib/led/commands.ts"),
    chat: () => import("./lib/chat/commands.ts"),
    shell: () => import("./lib/shell/commands.ts"),
    connect: () => import("./lib/tools/commands.ts"),
    listen: () => import("./lib/tools/commands.ts"),
    send: () => import("./lib/tools/commands.ts"),
    receive: () => import("./lib/tools/commands.ts"),
    relay: () => import("./lib/tools/relay/commands.ts"),
    replay: () => import("./lib/tools/replay/commands.ts"),
    probe: () => import("./lib/tools/probe/commands.ts"),
    cert: () => import("./lib/tools/commands.ts"),
    lab: () => import("./lib/lab/commands.ts"),
    demo: () => import("./lib/demo/commands.ts"),
  },
};

if (import.meta.main) Deno.exit(await run(program, Deno.args));
