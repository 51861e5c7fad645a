/** What everything above the sockets may lean on. */
const FLOORS = ["framing", "text", "net", "app", "session"];

/** Which room of lib may import which others. errors.ts is open to all; a room without a row is refused. */
export const MAY_IMPORT: Record<string, readonly string[]> = {
  framing: [],
  packet: [],
  text: [],
  gpio: [],
  cli: [],
  system: [],
  net: ["framing", "text", "system"],
  app: ["framing", "text", "net", "packet"],
  session: ["framing", "text", "net", "app"],
  tools: [...FLOORS, "packet"],
  web: FLOORS,
  mqtt: FLOORS,
  redis: FLOORS,
  echo: FLOORS,
  led: [...FLOORS, "gpio"],
  chat: FLOORS,
  shell: [...FLOORS, "system"],
  lab: [...FLOORS, "packet", "system"],
  demo: [...FLOORS, "gpio", "tools", "echo", "led", "chat", "shell"],
};

/** What a `commands.ts` or a `web.ts` may import besides, if only by import(), so that no other command loads it. */
const LAZY = ["web", "mqtt", "redis"];

/** The files of a room, beside its mod.ts, that other rooms may import. */
export const DOORS: Record<string, readonly string[]> = {
  // Not in mod.ts, as only some commands need them.
  app: [
    "capture_file.ts",
    "options.ts",
    "record/open.ts",
    "trace/borders.ts",
    "trace/pieces.ts",
    "trace/trace.ts",
    "trace/view.ts",
  ],
  // Of those who speak HTTP alone.
  framing: ["http/mod.ts", "websocket/mod.ts"],
  net: ["websocket/mod.ts"],
  session: ["admission.ts", "browser_guard.ts", "redial.ts", "token.ts"],
  packet: ["cidr.ts", "random.ts"],
  // Only a terminal of the shell and the lab need these, and every connection loads mod.ts.
  system: [
    "bare_sockets.ts",
    "packet_socket.ts",
    "pipe.ts",
    "poller.ts",
    "private_network.ts",
    "socket_tables/proc_net.ts",
    "socket_tables/tcp_sockets.ts",
    "tun.ts",
  ],
  // Its table of widths is for those alone that draw on a terminal.
  text: ["languages.ts", "text_column.ts", "width.ts", "wrap.ts"],
  // The scenes of the demo.
  tools: ["relay/relay.ts"],
  echo: ["protocol.ts", "session.ts"],
  led: ["agent/client.ts", "console.ts", "pins/device.ts", "serve.ts", "view.ts"],
  chat: ["client/client.ts", "serve.ts", "view.ts"],
  shell: ["client/simple_client.ts", "protocol.ts"],
};

/** What the tests of any room may import, though the room itself may not. */
export const OPEN_TO_TESTS: readonly string[] = ["lib/net/_fake_clock.ts", "lib/tools/cert.ts"];

/** Whether a file is for tests alone: `x_test.ts`, or a helper such as `_testing.ts`. */
export const isForTests = (path: string) => /(^|\/)(_[^/]*|[^/]*_test)\.ts$/.test(path);

/**
 * Why one file may not import another, or `undefined` if it may. Paths begin at the root of the project; files
 * outside lib may import what they like.
 *
 * @param isLazy whether it is an import()
 */
export function whyNot(from: string, to: string, isLazy = false): string | undefined {
  if (!from.startsWith("lib/")) return undefined;
  const isTest = isForTests(from);
  if (!to.startsWith("lib/")) return isTest ? undefined : "lib may not import what is outside it";
  if (!isTest && isForTests(to)) return `${to} is for tests alone`;
  if (to === "lib/errors.ts" || (isTest && OPEN_TO_TESTS.includes(to))) return undefined;

  const [, room, ownFile = ""] = split(from);
  const [, other, file] = split(to);
  if (room === other) return undefined;
  const row = MAY_IMPORT[room];
  if (!row) return `lib/${room} has no row in tests/lint/rooms.ts`;
  const declares = /(^|\/)(commands|options)(_test)?\.ts$/.test(ownFile) && other === "cli";
  const lazily = isLazy && /(^|\/)(commands|web)\.ts$/.test(ownFile) && LAZY.includes(other);
  if (!row.includes(other) && !declares && !lazily) return `lib/${room} may not import lib/${other}`;
  const isDoor = file === "mod.ts" || DOORS[other]?.includes(file) || (isTest && isForTests(file));
  return isDoor ? undefined : `${to} is no door of lib/${other}: import its mod.ts`;
}

/** `lib/chat/rooms/hub.ts` → `["lib", "chat", "rooms/hub.ts"]`. */
function split(path: string): [lib: string, room: string, file: string] {
  const [lib, room, ...file] = path.split("/");
  return [lib, room, file.join("/")];
}
