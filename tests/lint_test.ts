import { assert, assertEquals } from "@std/assert";
import { resolve } from "./lint/imports.ts";
import layers from "./lint/layers.ts";
import { DOORS, MAY_IMPORT, OPEN_TO_TESTS } from "./lint/rooms.ts";

const ROOT = new URL("../", import.meta.url);

/** What the rules of this project say of a source that stands at `path`. */
const said = (path: string, source: string) =>
  Deno.lint.runPlugin(layers, path, source).map(({ message }) => message);

function refuses(path: string, ...sources: string[]): void {
  for (const source of sources) assert(said(path, source).length > 0, `${path} may say: ${source}`);
}

function allows(path: string, ...sources: string[]): void {
  for (const source of sources) assertEquals(said(path, source), [], `${path}: ${source}`);
}

Deno.test("layers sees each form of an import", () => {
  refuses(
    "lib/chat/session.ts",
    `import { slip } from "../framing/codecs/slip.ts";`,
    `import type { Slip } from "../framing/codecs/slip.ts";`,
    `import "../framing/codecs/slip.ts";`,
    `import * as slip from "../framing/codecs/slip.ts";`,
    `export { slip } from "../framing/codecs/slip.ts";`,
    `export type { Slip } from "../framing/codecs/slip.ts";`,
    `export * from "../framing/codecs/slip.ts";`,
    `const slip = await import("../framing/codecs/slip.ts");`,
    "const slip = await import(`../framing/codecs/slip.ts`);",
    `type Slip = import("../framing/codecs/slip.ts").Slip;`,
    `type Slip = typeof import("../framing/codecs/slip.ts");`,
    `import { slip } from "./../../lib/framing/codecs/slip.ts";`,
    `import { parsePin } from "deno-gpio";`,
    `const gpio = await import("deno-gpio");`,
  );
  allows(
    "lib/chat/session.ts",
    `import type { Frame } from "../framing/mod.ts";`,
    `export { run } from "./serve.ts";`,
  );
});

Deno.test("layers names the file and the door", () => {
  assertEquals(said("lib/chat/session.ts", `import "../framing/codecs/slip.ts";`), [
    "lib/framing/codecs/slip.ts is no door of lib/framing: import its mod.ts (docs/architecture.md)",
  ]);
  assertEquals(said("lib/net/dial.ts", `import "../app/mod.ts";`), [
    "lib/net may not import lib/app (docs/architecture.md)",
  ]);
});

Deno.test("layers reads the paths of every system", () => {
  const source = `import "../chat/mod.ts";`;
  refuses("/home/me/lib/pinwire/lib/led/session.ts", source);
  refuses("C:\\lib\\pinwire\\lib\\led\\session.ts", source);
  allows("/home/me/lib/pinwire/lib/led/session.ts", `import "../net/mod.ts";`);
});

Deno.test("layers lets each room lean on its row of the table, and on no other room", () => {
  const rooms = Object.keys(MAY_IMPORT);
  for (const room of rooms) {
    for (const other of rooms) {
      const source = `import "../${other}/mod.ts";`;
      if (room === other || MAY_IMPORT[room].includes(other)) allows(`lib/${room}/some.ts`, source);
      else refuses(`lib/${room}/some.ts`, source);
    }
    allows(`lib/${room}/some.ts`, `import "../errors.ts";`, `import "@std/bytes/concat";`);
  }
  refuses("lib/errors.ts", `import "./text/mod.ts";`);
});

Deno.test("layers refuses a room without a row, and what is outside lib", () => {
  refuses("lib/attic/box.ts", `import "../net/mod.ts";`);
  refuses("lib/tools/send.ts", `import "../attic/mod.ts";`);
  refuses("lib/tools/send.ts", `import "../../main.ts";`, `import "../../tests/support.ts";`);
  allows("tests/tools_test.ts", `import "../lib/framing/codecs/slip.ts";`, `import "../main.ts";`);
  allows("bench/decode.ts", `import "../lib/framing/codecs/slip.ts";`);
});

Deno.test("layers counts a folder within a room as the room's", () => {
  allows("lib/chat/rooms/hub.ts", `import "../session.ts";`, `import "../../net/mod.ts";`);
  refuses("lib/chat/rooms/hub.ts", `import "../../led/mod.ts";`, `import "../../net/dial.ts";`);
  refuses("lib/demo/chat.ts", `import "../chat/rooms/mod.ts";`);
});

Deno.test("layers opens cli to commands.ts and options.ts alone", () => {
  const source = `import { command } from "../cli/mod.ts";`;
  allows("lib/chat/commands.ts", source);
  allows("lib/led/options.ts", source);
  refuses("lib/chat/session.ts", source);
  refuses("lib/chat/commands.ts", `import "../cli/parse.ts";`);
});

Deno.test("layers opens web, mqtt and redis to commands.ts alone, and only by import()", () => {
  for (const room of ["web", "mqtt", "redis"]) {
    allows("lib/chat/commands.ts", `const room = await import("../${room}/mod.ts");`);
    refuses(
      "lib/chat/commands.ts",
      `import "../${room}/mod.ts";`,
      `import type { A } from "../${room}/mod.ts";`,
    );
    refuses("lib/chat/serve.ts", `const room = await import("../${room}/mod.ts");`);
  }
});

Deno.test("layers wants an import() that can be read", () => {
  refuses("lib/tools/commands.ts", "await import(name);", "await import(`./${name}.ts`);");
});

Deno.test("layers opens to tests their helpers, and otherwise what their room may import", () => {
  for (const test of ["lib/chat/rooms/hub_test.ts", "lib/chat/rooms/_testing.ts"]) {
    allows(test, `import "../../net/_fake_clock.ts";`, `import "../../../tests/support.ts";`);
    refuses(test, `import "../../led/_testing.ts";`, `import "../../net/dial.ts";`);
  }
  refuses(
    "lib/chat/rooms/hub.ts",
    `import "../../net/_fake_clock.ts";`,
    `import "./_testing.ts";`,
    `import "./hub_test.ts";`,
  );
});

Deno.test("every file that rooms.ts names is there", () => {
  const doors = Object.entries(DOORS).flatMap(([room, files]) => files.map((file) => `lib/${room}/${file}`));
  for (const file of [...doors, ...OPEN_TO_TESTS]) {
    assert(Deno.statSync(new URL(file, ROOT)).isFile, file);
  }
});

Deno.test("a bare specifier is read as deno.json maps it", () => {
  assertEquals(resolve("deno-gpio", "lib/led/device.ts"), "lib/gpio/mod.ts");
  assertEquals(resolve("@std/assert", "lib/led/device.ts"), undefined);
  assertEquals(resolve("./pins.ts", "lib/led/device.ts"), "lib/led/pins.ts");
});

const PURE = [
  "lib/framing/codecs/slip.ts",
  "lib/packet/tcp.ts",
  "lib/text/ctime.ts",
  "lib/led/protocol.ts",
  "lib/framing/_testing.ts",
];

/** What says the time, waits, or reaches the system. */
const IMPURE = [
  `Deno.readFileSync("x");`,
  `globalThis.Deno.readFileSync("x");`,
  `self["Deno"].readFileSync("x");`,
  "const { readFileSync } = Deno;",
  "const { Deno: d } = self;",
  "let conn: Deno.Conn;",
  "setTimeout(act, 1);",
  "setInterval(act, 1);",
  "setImmediate(act);",
  "globalThis.setTimeout(act, 1);",
  `globalThis["setTimeout"](act, 1);`,
  "self.setTimeout(act, 1);",
  `self["setInterval"](act, 1);`,
  "const later = setTimeout;",
  "const { setTimeout: later } = self;",
  "AbortSignal.timeout(5);",
  "Date.now();",
  `Date["now"]();`,
  "const { now } = Date;",
  "const clock = Date.now;",
  "const Clock = Date;",
  "globalThis.Date.now();",
  "self.Date.now();",
  "new Date();",
  "Date();",
  "performance.now();",
  "const { now } = performance;",
  `import { readFileSync } from "node:fs";`,
  `import type { Socket } from "node:net";`,
  `export * from "node:buffer";`,
  `const { hrtime } = await import("node:process");`,
];

Deno.test("sans-io refuses the runtime, timers, clocks and modules of Node, in each spelling", () => {
  for (const path of PURE) refuses(path, ...IMPURE);
});

Deno.test("sans-io is for framing, packet, text and protocols alone", () => {
  for (const path of ["lib/led/session.ts", "lib/net/clock.ts", "bench/decode.ts"]) allows(path, ...IMPURE);
  allows("lib/framing/codecs/slip_test.ts", "Deno.test(title, act);", "performance.now();");
});

Deno.test("sans-io allows times that come from elsewhere", () => {
  for (const path of PURE) {
    allows(
      path,
      "new Date(ms).getHours();",
      "new Date(2026, 1, 2);",
      "Date.parse(text);",
      "Date.UTC(2026, 1);",
      "function ctime(date: Date): string { return String(date instanceof Date); }",
      "decoder.feed(chunk, clock.now());",
      "signal.timeout;",
    );
  }
});

const TESTS = ["tests/chat_test.ts", "tests/support/chat.ts", "lib/net/dial_test.ts", "lib/chat/_testing.ts"];

Deno.test("no-sleep refuses what waits for a time to pass", () => {
  for (const path of TESTS) {
    refuses(
      path,
      "setTimeout(act, 100);",
      "globalThis.setTimeout(act, 100);",
      `globalThis["setTimeout"](act, 100);`,
      "self.setTimeout(act, 100);",
      "await delay(100);",
      "await sleep(100);",
      `import { delay } from "@std/async";`,
      `import { delay as wait } from "@std/async";`,
      `import { sleep } from "./support.ts";`,
      `import wait from "@std/async/delay";`,
      `import { setTimeout as wait } from "node:timers/promises";`,
      `const timers = await import("node:timers");`,
    );
  }
});

Deno.test("no-sleep allows time that a test moves itself, and lets the program wait", () => {
  for (const path of TESTS) {
    allows(path, "clock.sleep(700);", "await server.next('connected');", "await new Promise(setImmediate);");
  }
  allows("lib/net/clock.ts", "setTimeout(action, ms);");
  allows("bench/child.ts", "setTimeout(action, ms);");
});
