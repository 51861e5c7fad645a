import { assert, assertEquals, assertMatch } from "@std/assert";
import { errorsOf, memoryOf, type Process, runPinwire } from "./support.ts";
import { agent, next } from "./support/led.ts";
import { brokerTest, Mosquitto } from "./support/mosquitto.ts";

const ON = '{"state":"ON","effect":null}';
const OFF = '{"state":"OFF","effect":null}';

/** Waits until the agent has told its pin's state, and is told of on or off alone. */
async function becomes(lamp: Process, on: boolean): Promise<void> {
  assertEquals((await next(lamp, "state")).on, on);
}

brokerTest(
  "led agent mqtt:// announces itself, obeys what a person publishes, and says goodbye at SIGTERM",
  async () => {
    await using broker = await Mosquitto.start();
    await using watch = await broker.watch("pinwire/#", "homeassistant/#");
    await using lamp = await agent(broker.url, "厨房", "--pin", "11");
    await becomes(lamp, false);
    const [discovery, ...rest] = await watch.upTo("pinwire/厨房/status online");
    assertMatch(discovery, /^homeassistant\/device\/pinwire____[0-9a-f]{8}\/config \{"dev":.*"name":"厨房"/);
    assertEquals(rest, [`pinwire/厨房/led/state ${OFF}`, "pinwire/厨房/status online"]);
    const set = "pinwire/厨房/led/set";
    for (const [text, on] of [["ON", true], ["toggle", false], ['{"state":"ON"}', true]] as const) {
      await broker.publish(set, text);
      await becomes(lamp, on);
      assertEquals(await watch.upTo(`pinwire/厨房/led/state ${on ? ON : OFF}`), [
        `${set} ${text}`,
        `pinwire/厨房/led/state ${on ? ON : OFF}`,
      ]);
    }
    // What it is already changes nothing, and is not said again.
    await broker.publish(set, "on");
    await broker.publish(set, '{"state":"ON","effect":"blink 20"}');
    const blinking = 'pinwire/厨房/led/state {"state":"ON","effect":"blink 20"}';
    assertEquals((await watch.upTo(blinking)).at(-1), blinking);
    for (const on of [false, true, false]) await becomes(lamp, on);
    lamp.kill("SIGTERM");
    assertEquals((await lamp.status).code, 0);
    // Its edges are not published.
    assertEquals(await watch.upTo("pinwire/厨房/status offline"), [
      `pinwire/厨房/led/state ${OFF}`,
      "pinwire/厨房/status offline",
    ]);
    assertEquals(errorsOf(lamp), []);
  },
);

brokerTest(
  "led agent mqtt:// that is killed is offline by its will, and again there when it is back",
  async () => {
    await using broker = await Mosquitto.start();
    await using watch = await broker.watch("pinwire/#");
    {
      await using lamp = await agent(broker.url, "lamp");
      await watch.upTo("pinwire/lamp/status online");
      lamp.kill("SIGKILL");
    }
    assertEquals(await watch.upTo("pinwire/lamp/status offline"), ["pinwire/lamp/status offline"]);
    await using _again = await agent(broker.url, "lamp");
    // Nobody is shown what it was before.
    assertEquals((await watch.upTo("pinwire/lamp/status online"))[0], `pinwire/lamp/led/state ${OFF}`);
  },
);

brokerTest(
  "of two agents with one name the older ends with 1 and says what to do, and the newer stays",
  async () => {
    await using broker = await Mosquitto.start();
    await using watch = await broker.watch("pinwire/#");
    await using older = await agent(broker.url, "raspberrypi");
    await watch.upTo(`pinwire/raspberrypi/led/state ${OFF}`);
    await using newer = await agent(broker.url, "raspberrypi");
    const { code, stderr } = await older.outcome();
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /^pinwire( led)?: another program took our place at the broker tcp:\S+: two have the same name there: give one of them another with --name\n$/,
    );
    // Where the broker told the older one nothing, that came back once to find it out.
    const isTold = broker.log.includes("Sending DISCONNECT to pinwire-raspberrypi");
    for (let i = 0; i < (isTold ? 1 : 2); i++) await next(newer, "connected");
    await becomes(newer, false);
    for (let code = 1; code !== 0;) {
      ({ code } = await runPinwire(["led", "on", "raspberrypi/led", "--via", broker.url]));
    }
    await becomes(newer, true);
  },
);

brokerTest(
  "led agent mqtt:// announces itself again to a broker that is back, nothing doubled, and obeys it",
  async () => {
    await using broker = await Mosquitto.start();
    await using lamp = await agent(broker.url, "lamp");
    await next(lamp, "connected");
    await becomes(lamp, false);
    {
      await using watch = await broker.watch("pinwire/#");
      await watch.upTo("pinwire/lamp/status online");
      await broker.publish("pinwire/lamp/led/set", "on");
      await becomes(lamp, true);
      await watch.upTo(`pinwire/lamp/led/state ${ON}`);
    }
    for (let i = 0; i < 2; i++) {
      await broker.stop();
      await next(lamp, "disconnected");
      await broker.startAgain();
      await using watch = await broker.watch("pinwire/#");
      await next(lamp, "connected");
      assertEquals(await watch.upTo("pinwire/lamp/status online"), [
        `pinwire/lamp/led/state ${ON}`,
        "pinwire/lamp/status online",
      ]);
      await broker.publish("pinwire/lamp/led/set", "toggle");
      await becomes(lamp, false);
      await broker.publish("pinwire/lamp/led/set", "toggle");
      await becomes(lamp, true);
      assertEquals((await watch.upTo(`pinwire/lamp/led/state ${ON}`)).length, 4);
    }
  },
);

brokerTest("led agent mqtt:// passes over a retained command and garbage, each with a sentence", async () => {
  await using broker = await Mosquitto.start();
  await broker.publish("pinwire/lamp/led/set", "on", "-r");
  await using lamp = await agent(broker.url, "lamp");
  const kept = await lamp.next("error");
  assertEquals([kept.message, kept.hint], [
    "a retained command at pinwire/lamp/led/set is passed over",
    "it would be done at every start: publish commands without retain",
  ]);
  await using watch = await broker.watch("pinwire/lamp/led/state");
  await watch.upTo(`pinwire/lamp/led/state ${OFF}`);
  // Only one error a second is told; what is beyond that is counted.
  await broker.flood("pinwire/lamp/led/set", "rainbow\n".repeat(10_000));
  await broker.publish("pinwire/lamp/led/set", "on");
  await becomes(lamp, false);
  await becomes(lamp, true);
  const told = errorsOf(lamp);
  assert(told.length < 20, `${told.length} errors`);
  for (const { message } of told) {
    assertMatch(
      message!,
      /^("rainbow" is no command for a device|commands that could not be done besides: \d+)$/,
    );
  }
});

brokerTest(
  "10,000 commands at once leave an agent's memory as it is, and its pin as the last one says",
  async () => {
    await using broker = await Mosquitto.start();
    await using watch = await broker.watch("pinwire/lamp/led/state");
    await using lamp = await agent(broker.url, "lamp", "--quiet");
    await watch.upTo(`pinwire/lamp/led/state ${OFF}`);
    const commands = '{"state":"ON","effect":"blink 2"}\noff\n'.repeat(5_000);
    await broker.flood("pinwire/lamp/led/set", commands);
    await broker.publish("pinwire/lamp/led/set", "blink 7");
    const last = 'pinwire/lamp/led/state {"state":"ON","effect":"blink 7"}';
    await watch.upTo(last);
    const before = await memoryOf(lamp);
    for (let i = 0; i < 10; i++) await broker.flood("pinwire/lamp/led/set", commands);
    await broker.publish("pinwire/lamp/led/set", "blink 3");
    await watch.upTo('pinwire/lamp/led/state {"state":"ON","effect":"blink 3"}');
    const grown = await memoryOf(lamp) - before;
    // A kilobyte kept of each command would be as much; what V8 hasn't collected yet may be half of it.
    assert(grown < 100e6, `grown by ${grown} bytes`);
  },
);
