import { assertEquals, assertMatch } from "@std/assert";
import { type Process, runPinwire } from "./support.ts";
import { agent, controller, next, Peer } from "./support/led.ts";
import { brokerTest, Mosquitto } from "./support/mosquitto.ts";

const ON = '{"state":"ON","effect":null}';
const OFF = '{"state":"OFF","effect":null}';

const house = (broker: Mosquitto): Promise<Process> => controller("--mqtt", broker.url, "--name", "house");

/** The devices of which a discovery tells. */
const lightsIn = (discovery: string) =>
  Object.entries<{ stat_t?: string }>(JSON.parse(discovery.slice(discovery.indexOf("{"))).cmps)
    .flatMap(([name, { stat_t }]) => stat_t ? [name] : []);

/** What was said up to a line, with the names of the lights in place of a discovery. */
async function said(watch: { upTo(last: string): Promise<string[]> }, last: string): Promise<string[]> {
  return (await watch.upTo(last)).map((line) => {
    if (!line.startsWith("homeassistant/device/pinwire_house/config")) {
      return line.replace("pinwire/house/", "");
    }
    return line.endsWith("config ") ? "config" : `config ${lightsIn(line)}`;
  });
}

brokerTest("led serve --mqtt brings its devices to the broker, there, away, renamed and gone", async () => {
  await using broker = await Mosquitto.start();
  await using watch = await broker.watch("pinwire/#", "homeassistant/#");
  await using server = await house(broker);
  assertEquals((await said(watch, "pinwire/house/status online")).at(-1), "status online");
  const kitchen = await agent(server.address, "kitchen");
  // It is there before it has said what its pin is.
  assertEquals(await said(watch, `pinwire/house/kitchen/state ${OFF}`), [
    "config kitchen",
    "kitchen/status online",
    `kitchen/state ${OFF}`,
  ]);
  await broker.publish("pinwire/house/kitchen/set", "on");
  assertEquals(await said(watch, `pinwire/house/kitchen/state ${ON}`), [
    "kitchen/set on",
    `kitchen/state ${ON}`,
  ]);
  await server.write("blink kitchen 5\n");
  await watch.upTo('pinwire/house/kitchen/state {"state":"ON","effect":"blink 5"}');
  await broker.publish("pinwire/house/kitchen/set", "toggle");
  await watch.upTo(`pinwire/house/kitchen/state ${OFF}`);
  // A client without a name is no device there, until it has one.
  using plain = await Peer.dial(server);
  await next(server, "connected");
  await server.write("name 1 hall\n");
  assertEquals(await said(watch, "pinwire/house/hall/status online"), [
    "config kitchen,hall",
    "hall/status online",
  ]);
  await broker.publish("pinwire/house/hall/set", "on");
  assertEquals(await plain.line(), "on");
  assertEquals((await said(watch, `pinwire/house/hall/state ${ON}`)).at(-1), `hall/state ${ON}`);
  await server.write("name 0 厨房\n");
  assertEquals((await said(watch, "pinwire/house/kitchen/state ")).slice(1), [
    `厨房/state ${OFF}`,
    "厨房/status online",
    "kitchen/status ",
    "kitchen/state ",
  ]);
  kitchen.kill("SIGKILL");
  await kitchen[Symbol.asyncDispose]();
  assertEquals(await said(watch, "pinwire/house/厨房/status offline"), ["厨房/status offline"]);
  server.kill("SIGTERM");
  assertEquals((await server.status).code, 0);
  await watch.upTo("pinwire/house/status offline");
});

brokerTest("a controller that starts again has its devices of before away, until they are back", async () => {
  await using broker = await Mosquitto.start();
  const server = await house(broker);
  const kitchen = await agent(server.address, "kitchen");
  {
    await using watch = await broker.watch("pinwire/#");
    await watch.upTo(`pinwire/house/kitchen/state ${OFF}`);
  }
  for (const process of [server, kitchen]) {
    process.kill("SIGKILL");
    await process[Symbol.asyncDispose]();
  }
  await using watch = await broker.watch("pinwire/#", "homeassistant/#");
  await using again = await house(broker);
  const lines = await said(watch, "pinwire/house/status online");
  assertEquals(lines.slice(-2), ["kitchen/status offline", "status online"]);
  // Home Assistant has not been told that there is none: it would forget what its user calls it.
  assertEquals(lines.includes("config"), false);
  assertEquals(
    (await runPinwire(["led", "status", "--via", broker.url])).stdout,
    "house/kitchen  away  off\n",
  );
  await using _back = await agent(again.address, "kitchen");
  await watch.upTo("pinwire/house/kitchen/status online");
});

brokerTest(
  "led serve --mqtt ends with 1 where the broker refuses it",
  async () => {
    await using broker = await Mosquitto.start({ lines: ["allow_anonymous false"] });
    const { code, stderr } = await runPinwire([
      "led",
      "serve",
      "127.0.0.1:0",
      "--mqtt",
      broker.url,
      "--name",
      "house",
    ]);
    assertEquals(code, 1);
    assertMatch(stderr, /refuses us without a name: write mqtt:\/\/USER@HOST/);
  },
);

brokerTest("led on and the like switch a broker's device with --via, and tell what it is then", async () => {
  await using broker = await Mosquitto.start();
  await using watch = await broker.watch("pinwire/#");
  await using pi = await agent(broker.url, "pi", "--pin", "red=11", "--pin", "灯=13");
  await using other = await agent(broker.url, "other", "--pin", "red=11");
  await watch.upTo(`pinwire/pi/灯/state ${OFF}`);
  await next(other, "connected");
  const via = (...args: string[]) => runPinwire(["led", ...args, "--via", broker.url]);
  while (!(await via("status")).stdout.startsWith("other/red  online  off\n"));
  const asked: [args: string[], code: number, said: string | RegExp][] = [
    [["status"], 0, "other/red  online  off\npi/red     online  off\npi/灯      online  off\n"],
    [["on", "灯"], 0, "pi/灯  online  on\n"],
    [["on", "灯"], 0, "pi/灯  online  on\n"],
    [["toggle", "pi/灯"], 0, "pi/灯  online  off\n"],
    [["blink", "灯", "--hz", "2"], 0, "pi/灯  online  on  blink 2\n"],
    [["status", "pi/灯"], 0, "pi/灯  online  on  blink 2\n"],
    [["off", "pi/灯"], 0, "pi/灯  online  off\n"],
    [["on", "red"], 1, "pinwire: 2 nodes have a device red: write other/red or pi/red\n"],
    [["on", "nobody"], 1, /^pinwire: there is no device nobody at the broker: /],
  ];
  for (const [args, code, expected] of asked) {
    const outcome = await via(...args);
    const text = code ? outcome.stderr : outcome.stdout;
    assertEquals(outcome.code, code, args.join(" "));
    if (typeof expected === "string") assertEquals(text, expected);
    else assertMatch(text, expected);
  }
  const { stdout } = await via("status", "pi/灯", "--json");
  const { time: _, ...event } = JSON.parse(stdout);
  assertEquals(event, { event: "state", on: false, device: "灯", node: "pi", online: true });
  pi.kill("SIGSTOP");
  assertMatch((await via("on", "灯")).stderr, /^pinwire: pi\/灯 has not said within 2 s that it is so: /);
  pi.kill("SIGKILL");
  await watch.upTo("pinwire/pi/status offline");
  assertEquals((await via("on", "灯")).stderr, "pinwire: pi/灯 is away: its program does not run\n");
});
