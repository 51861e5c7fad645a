import { assertEquals, assertMatch } from "@std/assert";
import type { PinwireError } from "../errors.ts";
import { pure } from "../app/_testing.ts";
import { Token } from "../session/token.ts";
import { FAR, World } from "./_session_testing.ts";

const LAMP = 'hello {"name":"lamp"}';

pure("a page is a control from the start, from elsewhere and with a token too, and no device", async () => {
  for (const token of [undefined, await Token.from("x".repeat(32))]) {
    const world = new World({ token });
    const page = world.page();
    await page.say("status", "on nobody");
    assertEquals(await page.line(), "ok");
    assertMatch(await page.line(), /^error .*there is no device nobody/);
    assertEquals(world.listed(), []);
    await page.leave();
    assertEquals(world.clock.pending, 0);
  }
});

pure("pages count among the clients that may be let in", async () => {
  const world = new World({ token: await Token.from("x".repeat(32)), maxClients: 1 });
  const [first, second] = [world.page(), world.page()];
  assertEquals(await second.line(), "refused there are too many already, raise --max-clients");
  await second.ended;
  await first.say("status");
  assertEquals(await first.line(), "ok");
  await first.leave();
});

pure("one that watches need not wait for a device that doesn't report", async () => {
  const world = new World();
  const [stuck, lamp] = [world.connect(), world.connect()];
  await stuck.say('hello {"name":"stuck"}', "state off");
  await lamp.say(LAMP, "state off");
  const page = world.page();
  await page.say("watch");
  for (const name of ["stuck", "lamp"]) {
    assertMatch(await page.line(), new RegExp(`"device":"${name}","on":false`));
  }
  assertEquals(await page.line(), "ok");
  await page.say("on stuck", "on lamp");
  await lamp.say("state on");
  assertMatch(await page.line(), /"device":"lamp","on":true/);
  // The answer has it again.
  assertMatch(await page.line(), /"device":"lamp","on":true/);
  assertEquals(await page.line(), "ok");
  world.clock.pass(2_000);
  assertMatch(await page.line(), /^error .*stuck was told, and has not reported within 2 s/);
  for (const end of [page, stuck, lamp]) await end.leave();
});

pure("a page that says nothing is asked whether it is there, and closed in the end", async () => {
  const world = new World();
  const page = world.page();
  world.clock.pass(10_000);
  assertEquals(await page.line(), "ping");
  await page.say("pong");
  world.clock.pass(9_000);
  for (let i = 0; i < 21; i++) world.clock.pass(1_000);
  const error = await page.ended as PinwireError;
  assertEquals([error.code, error.message], ["no_heartbeat", `${FAR.name} has said nothing for 30 s`]);
});

pure("that somebody looks at a page is no message for --once, nor for --until", async () => {
  const world = new World({ once: true, until: "watch" });
  const page = world.page();
  await page.say("watch", "watch");
  for (let i = 0; i < 2; i++) assertEquals(await page.line(), "ok");
  await page.leave();
});
