import type { SegmentEvent } from "../../app/mod.ts";
import type { Stage } from "../stage/stage.ts";

/** The parts of the lesson; nothing is said of the first. */
export const SCENES = {
  opening: "opening",
  timeout: "timeout",
  fast: "fast retransmit",
  chosen: "chosen losses",
};

/** Segments that are written at once, and bytes of each. */
export const SEGMENTS = 8, SIZE = 1000;
const MESSAGE = "hello";
/** The shortest time until a segment is sent again, in µs. */
const RTO_MIN = "tcp_rto_min_us";
/** Ms to wait for a segment that comes again: no timer of the kernel is longer (TCP_RTO_MAX). */
const LONGEST = 130_000;

/**
 * Loses data of the client on the way: a message with nobody behind it, and one segment of several; or those that are
 * chosen, in place of both.
 *
 * @param drop which of the client's data segments, counted from 1 as they are sent
 * @param step whether somebody looks at each segment
 */
export const loss =
  (drop: readonly number[] | undefined, step: boolean) => async (stage: Stage): Promise<void> => {
    // A probe for a lost last segment (RFC 8985) would come before the timer.
    stage.set("tcp_early_retrans", "0");
    if (drop) {
      // As in RFC 6298: a timer must not be faster than a busy machine, or than who looks.
      stage.set(RTO_MIN, step ? "5000000" : "1000000");
      return await loseSome(stage, SCENES.chosen, drop);
    }
    // As the kernel has it itself.
    stage.set(RTO_MIN, "200000");
    await loseMessage(stage);
    stage.set(RTO_MIN, step ? "60000000" : "2000000");
    await loseSome(stage, SCENES.fast, [3]);
  };

/** A message, of which the first three copies are lost. */
async function loseMessage(stage: Stage): Promise<void> {
  const { client } = await open(stage, SCENES.timeout, [1, 2, 3]);
  stage.call("client", `write("${MESSAGE}")`);
  await client.write(new TextEncoder().encode(MESSAGE));
  await stage.pass("client", LONGEST);
  await stage.pass("server");
}

async function loseSome(stage: Stage, scene: string, drop: readonly number[]): Promise<void> {
  const { client } = await open(stage, scene, drop);
  stage.call("client", `${SEGMENTS} × write()`);
  for (let i = 0; i < SEGMENTS; i++) await client.write(new Uint8Array(SIZE));
  const first = Array.from({ length: SEGMENTS }, (_, i) => i + 1).filter((number) => !drop.includes(number));
  await stage.sent("client", first.length);
  for (let acknowledged = 0; acknowledged <= SEGMENTS * SIZE;) {
    await stage.sent("client", 1, LONGEST);
    let answers = 0;
    while (stage.waiting("client")) {
      await stage.pass("client");
      await stage.sent("server", ++answers);
    }
    // All at once, as they would come from a wire: what the client makes of them comes behind the last.
    while (stage.waiting("server")) acknowledged = (await stage.pass("server")).ack ?? 0;
  }
}

/** A connection of which nothing is told but what it loses: which of the client's data segments, counted from 1. */
async function open(stage: Stage, scene: string, drop: readonly number[]) {
  stage.begin(SCENES.opening);
  const ends = await stage.open(false);
  ends.client.setNoDelay(true);
  let count = 0;
  stage.lose(({ from, bytes }: SegmentEvent) => from === "client" && bytes > 0 && drop.includes(++count));
  stage.scene(scene);
  return ends;
}
