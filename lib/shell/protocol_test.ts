import { assert, assertEquals, assertThrows } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import {
  type FrameName,
  frameName,
  FRAMES,
  handleFrame,
  OPTIONAL_TYPES,
  type Scope,
  TYPE,
} from "./protocol.ts";

const SCOPES: Scope[] = ["opening", "connection", "command"];
const names = Object.keys(FRAMES) as FrameName[];

Deno.test({
  name: "FRAMES is the table of docs/protocol.md: numbers, names and who sends them",
  permissions: { read: true },
  fn() {
    const page = Deno.readTextFileSync(new URL("../../docs/protocol.md", import.meta.url));
    const rows = [...page.matchAll(/^\| (\d+) +\| ([a-z-]+) +\| (client|server|both) +\|/gm)];
    const documented = rows.map(([, number, name, from]) => [Number(number), name, from]);
    const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    assertEquals(documented, names.map((name) => [FRAMES[name].number, kebab(name), FRAMES[name].from]));
  },
});

pure("FRAMES has each number once, below those that may be ignored", () => {
  const numbers = names.map((name) => TYPE[name]);
  assertEquals(new Set(numbers).size, numbers.length);
  assert(numbers.every((number) => number > 0 && number < OPTIONAL_TYPES));
});

pure("frameName knows a type from an end that may send it, in its own scope and in no other", () => {
  for (const name of names) {
    const { number, from, scope } = FRAMES[name];
    for (const end of ["client", "server"] as const) {
      const found = SCOPES.filter((scope) => frameName(number, end, scope) === name);
      assertEquals(found, from === end || from === "both" ? [scope] : [], `${name} from ${end}`);
    }
  }
  for (const number of [0, 17, 127, 128, 255]) {
    assertEquals(SCOPES.filter((scope) => frameName(number, "client", scope)), [], `${number}`);
  }
});

pure("handleFrame hands the parsed body and the stream to the handler of a type", () => {
  const handlers = {
    window: (count: number, stream: number) => `${count} on ${stream}`,
    signal: (name: string) => name,
  };
  assertEquals(handleFrame(handlers, "window", 7, Uint8Array.of(0, 0, 1, 0)), "256 on 7");
  assertEquals(handleFrame(handlers, "signal", 7, new TextEncoder().encode("SIGHUP")), "SIGHUP");
  const error = assertThrows(() => handleFrame(handlers, "window", 7, new Uint8Array(3)), PinwireError);
  assertEquals(error.code, "bad_frame");
});
