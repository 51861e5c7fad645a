import type { Event } from "../../app/mod.ts";

/** The pitfalls, in the order in which they are shown. */
export const PITFALLS = [
  "time-wait",
  "half-open",
  "epipe",
  "backlog",
  "nagle",
  "reset",
  "syn-flood",
] as const;

/** The name of a pitfall. */
export type Pitfall = typeof PITFALLS[number];

/** Which pitfall an event begins, if it is one. */
export const pitfallOf = (event: Event): Pitfall | undefined =>
  event.event === "scene" ? PITFALLS.find((name) => name === event.scene) : undefined;

/** The parts of the lesson that are no pitfall by themselves; nothing is said of the first. */
export const SCENES = {
  opening: "opening",
  clientFirst: "client first",
  serverFirst: "server first",
  back: "comes back",
  keepalive: "keepalive",
  twoWrites: "two writes",
  noDelay: "TCP_NODELAY",
  oneWrite: "one write",
  unread: "unread bytes",
  abort: "abort",
  noCookies: "no cookies",
  cookies: "cookies",
  cure: "cure",
};
