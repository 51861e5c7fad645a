import { assertEquals } from "@std/assert";
import { pure } from "../../app/_testing.ts";
import { packetsOf, stepsOf, told } from "./_testing.ts";

pure("StepBuilder gives what each side did, in order, by who is played", () => {
  const packets = packetsOf([">hello", 1, "<hi", ">FIN", "<FIN"]);
  const steps = ["open", "open", "data hello", "data hi", "close", "close"];
  const sides = ["own", "other", "own", "other", "own", "other"];
  assertEquals(stepsOf(packets).map(told), steps.map((step, i) => `${sides[i]} ${step}`));
  const swapped = sides.map((side) => side === "own" ? "other" : "own");
  assertEquals(stepsOf(packets, false).map(told), steps.map((step, i) => `${swapped[i]} ${step}`));
});

pure("StepBuilder puts the segments of one time together, and no others", () => {
  const packets = packetsOf([">one, two, three", 1, ">four", "<five", "<six"], { segment: 5 });
  assertEquals(stepsOf(packets).map(told).slice(2), [
    "own data one, two, three",
    "own data four",
    "other data fivesix",
  ]);
});

pure("StepBuilder makes no step larger than 64 KiB of segments that are smaller", () => {
  const packets = packetsOf([`>${"x".repeat(100_000)}`]);
  const sizes = stepsOf(packets).flatMap(({ act }) => act.kind === "data" ? [act.bytes.length] : []);
  assertEquals(sizes, [44 * 1460, 100_000 - 44 * 1460]);
});

pure("StepBuilder leaves each datagram alone, empty ones too, and knows what one lacks", () => {
  const packets = packetsOf([">one", ">", ">three", "<four"], { protocol: "udp" });
  packets[2] = { ...packets[2], bytes: packets[2].bytes.subarray(0, -2), length: packets[2].bytes.length };
  assertEquals(stepsOf(packets).map(told), [
    "own data one",
    "own data ",
    "own data thr and 2 more",
    "other data four",
  ]);
});

pure("StepBuilder tells of gaps and resets where they are", () => {
  const packets = packetsOf([">lost", "<answer", ">again", "<RST"]);
  packets.splice(3, 1);
  assertEquals(stepsOf(packets).map(told).slice(2), [
    "other data answer",
    "own gap 4",
    "own data again",
    "other reset",
  ]);
});
