import { PinwireError } from "../errors.ts";
import type { Peer } from "../net/mod.ts";

/**
 * The number of `nobody`. In a user namespace the kernel gives it for every user that has none there
 * (user_namespaces(7)), so that it says nothing of who that is.
 */
const NOBODY = 65_534;
const ROOT = 0;

/** Whether the kernel says that the other end is a program of our own user. */
export function isOurs({ uid }: Peer, own = Deno.uid): boolean {
  return uid !== undefined && uid !== NOBODY && uid === own();
}

/** Why a peer is refused that the kernel says is another user's: whatever token it has, it would run commands as us. */
export function refusalOfUser({ uid }: Peer, ownUser = Deno.uid): PinwireError | undefined {
  if (uid === undefined) return undefined;
  const own = ownUser();
  if (uid === own) return undefined;
  const who = uid === ROOT ? "root" : `user ${uid}`;
  const hint = uid === ROOT
    ? `run the client as that user: sudo -u '#${own}' …`
    : "another user's client needs a server on TCP, and a copy of its token";
  return new PinwireError(
    "wrong_user",
    `it is run by ${who}, and over a Unix socket user ${own} alone is served`,
    { hint },
  );
}
