import { assertEquals } from "@std/assert";
import { LOOPBACK, pinwire, type Process } from "./support.ts";
import { agent, next, statesOf } from "./support/led.ts";
import { brokerTest, Mosquitto } from "./support/mosquitto.ts";
import { toAll } from "./support/relay.ts";

const ON = '{"state":"ON","effect":null}';
const OFF = '{"state":"OFF","effect":null}';

/** A relay between agents and a broker. */
const relayTo = (broker: Mosquitto, ...options: string[]): Promise<Process> =>
  pinwire(["relay", `${LOOPBACK}:0`, broker.address, "--json", ...options]);

for (const verb of ["cut", "reset"] as const) {
  brokerTest(
    `a link to the broker that is ${
      verb === "cut" ? "cut" : verb
    } leaves the state right, with one event a change`,
    async () => {
      await using broker = await Mosquitto.start();
      await using relay = await relayTo(broker);
      await using watch = await broker.watch("pinwire/#");
      await using lamp = await agent(`mqtt://${LOOPBACK}:${relay.port}`, "lamp", "--initial", "on");
      await watch.upTo("pinwire/lamp/status online");
      for (const state of [OFF, ON]) {
        await toAll(relay, verb);
        await watch.upTo("pinwire/lamp/status offline");
        await watch.upTo("pinwire/lamp/status online");
        await broker.publish("pinwire/lamp/led/set", "toggle");
        await watch.upTo(`pinwire/lamp/led/state ${state}`);
      }
      await lamp.sees(/"on":false[^]*"on":true/);
      assertEquals(statesOf(lamp), [true, false, true]);
    },
  );
}

brokerTest("a link to the broker that stalls is given up, and the state is right afterwards", async () => {
  await using broker = await Mosquitto.start();
  await using relay = await relayTo(broker);
  await using watch = await broker.watch("pinwire/#");
  await using lamp = await agent(`mqtt://${LOOPBACK}:${relay.port}`, "lamp");
  await watch.upTo("pinwire/lamp/status online");
  await toAll(relay, "stall");
  // What is said meanwhile never arrives, as with any link that is down.
  await broker.publish("pinwire/lamp/led/set", "on");
  assertEquals((await next(lamp, "disconnected")).reason, "no heartbeat");
  await watch.upTo("pinwire/lamp/status online");
  await broker.publish("pinwire/lamp/led/set", "on");
  await watch.upTo(`pinwire/lamp/led/state ${ON}`);
  await lamp.sees(/"event":"state"[^\n]*"on":true/);
  assertEquals(statesOf(lamp), [false, true]);
});

brokerTest(
  "an agent whose link is cut in the middle of each conversation tells all as soon as one lasts",
  async () => {
    await using broker = await Mosquitto.start();
    await using watch = await broker.watch("pinwire/#");
    // Within CONNECT, within what it announces, and within what the broker answers.
    for (const cut of ["20:up", "300:up", "30:down"]) {
      await using relay = await relayTo(broker, "--cut", cut);
      await using lamp = await agent(`mqtt://${LOOPBACK}:${relay.port}`, "lamp", "--initial", "on");
      await next(lamp, "disconnected");
      await next(lamp, "disconnected");
      assertEquals(statesOf(lamp), [true]);
    }
    await using lamp = await agent(broker.url, "lamp", "--initial", "on");
    await watch.upTo(`pinwire/lamp/led/state ${ON}`);
    await broker.publish("pinwire/lamp/led/set", "off");
    await watch.upTo(`pinwire/lamp/led/state ${OFF}`);
    // The broker may have it before the agent's own event has come through its pipe.
    await lamp.sees(/"event":"state"[^\n]*"on":false/);
    assertEquals(statesOf(lamp), [true, false]);
  },
);

/** Takes agents in as a broker does, and says nothing more. */
function silentBroker() {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const conns: Deno.Conn[] = [];
  const asked = Promise.withResolvers<void>();
  const answers = [[0x20, 3, 0, 0, 0], [0x90, 6, 0, 1, 0, 1, 1, 1], [0xd0, 0]];
  const work = (async () => {
    for await (const conn of listener) {
      conns.push(conn);
      const buffer = new Uint8Array(4096);
      for (const answer of answers) {
        await conn.read(buffer);
        await conn.write(new Uint8Array(answer));
      }
      // It announces itself, and nobody acknowledges that.
      await conn.read(buffer);
      asked.resolve();
    }
  })();
  return {
    url: `mqtt://${LOOPBACK}:${listener.addr.port}`,
    announced: asked.promise,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of conns) conn.close();
      await work.catch(() => {});
    },
  };
}

Deno.test("SIGTERM ends an agent though its broker is silent, with its pin off", async () => {
  await using broker = silentBroker();
  await using lamp = await agent(broker.url, "lamp", "--initial", "on");
  await broker.announced;
  lamp.kill("SIGTERM");
  assertEquals((await lamp.status).code, 0);
  await lamp.sees(/"event":"state"[^\n]*"on":false/);
  assertEquals(statesOf(lamp), [true, false]);
});

brokerTest(
  "SIGTERM ends an agent though its broker is away, and --no-reconnect ends it with the link",
  async () => {
    await using broker = await Mosquitto.start();
    await using lamp = await agent(broker.url, "lamp");
    await using short = await agent(broker.url, "short", "--no-reconnect");
    for (const one of [lamp, short]) await next(one, "connected");
    await broker.stop();
    const { code, stderr } = await short.outcome();
    assertEquals([code, stderr], [1, `pinwire: the link to tcp://${broker.address} is lost\n`]);
    await next(lamp, "error");
    lamp.kill("SIGTERM");
    assertEquals((await lamp.status).code, 0);
  },
);
