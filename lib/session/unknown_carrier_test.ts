/** A carrier that no rule has heard of, such as a WebSocket: it must find every rule closed. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { contextOf, FakeClock, pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { parseSpec } from "../framing/mod.ts";
import { type DrainableConnection, type Peer, pipe } from "../net/mod.ts";
import { AdmissionControl } from "./admission.ts";
import { guardLines } from "./browser_guard.ts";
import { bindingOf } from "./token.ts";

const UNSTATED: Partial<Peer> = { isLocal: false, isEncrypted: false };

/** States where it comes from, and that this is elsewhere and in the clear. */
const ADDRESSED: Partial<Peer> = {
  ...UNSTATED,
  scheme: "ws",
  host: "203.0.113.9",
  port: 5,
  name: "ws://203.0.113.9:5",
};

/** States nothing but what it is. */
const NAMELESS: Partial<Peer> = { ...UNSTATED, scheme: "ws", name: "ws:#1" };

/** What our own end states there. */
const OURS: Partial<Peer> = { ...ADDRESSED, host: "203.0.113.1", port: 80, name: "ws://203.0.113.1:80" };

/** Both ends of a connection of such a carrier, with what they state: who dialled, then who accepted. */
function cameFrom(peer: Partial<Peer>, local = OURS): [DrainableConnection, DrainableConnection] {
  return pipe({ first: peer, second: local });
}

function admissionWith(clock: FakeClock): AdmissionControl {
  return new AdmissionControl(contextOf("line").reporter, 10, clock);
}

/** Gives wrong proofs from this peer, until `clock` has let all their answers go. */
async function failOften(admission: AdmissionControl, peer: Partial<Peer>, clock: FakeClock): Promise<void> {
  const pending = Array.from({ length: 5 }, () => admission.enter(cameFrom(peer)[1]));
  const answered = pending.map((one) => one.failed());
  clock.pass(4_000);
  await Promise.all(answered);
  for (const one of pending) one.left();
}

const isKeptOut = (admission: AdmissionControl, peer: Partial<Peer>) =>
  admission.enter(cameFrom(peer)[1]).refusal !== undefined;

pure("an unknown carrier's wrong proofs are counted by its address, whatever carries them", async () => {
  const clock = new FakeClock();
  const admission = admissionWith(clock);
  await failOften(admission, ADDRESSED, clock);
  assertEquals(isKeptOut(admission, { ...ADDRESSED, port: 6 }), true);
  assertEquals(isKeptOut(admission, { ...ADDRESSED, scheme: "tcp" }), true);
  assertEquals(isKeptOut(admission, { ...ADDRESSED, host: "203.0.113.10" }), false);
});

pure("the wrong proofs of an unknown carrier that states no address are counted as one peer's", async () => {
  const clock = new FakeClock();
  const admission = admissionWith(clock);
  await failOften(admission, NAMELESS, clock);
  assertEquals(isKeptOut(admission, { ...NAMELESS, name: "ws:#2" }), true);
  assertEquals(isKeptOut(admission, ADDRESSED), false);
});

pure("an unknown carrier that has an address of loopback is not here for that", async () => {
  const clock = new FakeClock();
  const admission = admissionWith(clock);
  const peer = { ...ADDRESSED, host: "127.0.0.1" };
  await failOften(admission, peer, clock);
  assertEquals(isKeptOut(admission, peer), true);
});

pure("a proof over an unknown carrier is bound to its address, so that it can't be relayed", () => {
  const relay = { ...OURS, host: "203.0.113.2" };
  const [dialled] = cameFrom(ADDRESSED, relay);
  const [, accepted] = cameFrom(relay, OURS);
  assertEquals(bindingOf(dialled, "dialled"), "ws://203.0.113.2:80");
  assertEquals(bindingOf(accepted, "accepted"), "ws://203.0.113.1:80");
});

pure("a proof over an unknown carrier that states no whole address is refused", () => {
  for (const peer of [NAMELESS, { ...NAMELESS, host: "203.0.113.9" }, { ...NAMELESS, port: 5 }]) {
    for (const [side, end] of [["dialled", 0], ["accepted", 1]] as const) {
      const error = assertThrows(() => bindingOf(cameFrom(peer, peer)[end], side), PinwireError);
      assertEquals(error.code, "no_binding");
    }
  }
});

pure("what a browser sends over an unknown carrier is refused before its body", async () => {
  for (const peer of [ADDRESSED, NAMELESS]) {
    const [browser, server] = cameFrom(peer);
    const frames: Uint8Array[] = [];
    const received = guardLines(server, parseSpec("line")).receive((bytes) => void frames.push(bytes));
    void browser.write(new TextEncoder().encode("POST / HTTP/1.1\r\n\r\non\n"))?.catch(() => {});
    const error = await assertRejects(() => received, PinwireError);
    assertEquals([error.code, error.message], ["not_for_us", `${peer.name} sent an HTTP request`]);
    assertEquals(frames, []);
  }
});
