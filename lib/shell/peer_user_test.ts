import { assertEquals } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { tcpEnd } from "./_session_testing.ts";
import { isOurs, refusalOfUser } from "./peer_user.ts";

const peer = (uid?: number) => ({ ...tcpEnd(5), uid });
const toldOf = (uid: number | undefined, own: number) => [
  isOurs(peer(uid), () => own),
  refusalOfUser(peer(uid), () => own)?.message,
];
const only = (own: number) => `and over a Unix socket user ${own} alone is served`;

pure("isOurs and refusalOfUser: our own user, another, and root at either end", () => {
  assertEquals(toldOf(1000, 1000), [true, undefined]);
  assertEquals(toldOf(1001, 1000), [false, `it is run by user 1001, ${only(1000)}`]);
  assertEquals(toldOf(0, 1000), [false, `it is run by root, ${only(1000)}`]);
  assertEquals(toldOf(0, 0), [true, undefined]);
  assertEquals(toldOf(1000, 0), [false, `it is run by user 1000, ${only(0)}`]);
  assertEquals(refusalOfUser(peer(0), () => 1000)?.hint, "run the client as that user: sudo -u '#1000' …");
});

pure("isOurs and refusalOfUser: who isn't told, or has no number here, has to prove the token", () => {
  assertEquals(toldOf(undefined, 1000), [false, undefined]);
  assertEquals(toldOf(65_534, 65_534), [false, undefined]);
});
