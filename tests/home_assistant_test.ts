import { assertEquals } from "@std/assert";
import { Process, tempDir } from "./support.ts";
import { agent, controller } from "./support/led.ts";
import { Mosquitto, whyNoMosquitto } from "./support/mosquitto.ts";

/** A Python that has Home Assistant and its client of MQTT: `pip install homeassistant==2025.4.4 paho-mqtt`. */
const PYTHON = Deno.env.get("PINWIRE_HA_PYTHON");

/** Where Home Assistant is started. */
const PROGRAM = `${import.meta.dirname}/support/home_assistant.py`;

const why = PYTHON ? whyNoMosquitto : "needs Home Assistant: PINWIRE_HA_PYTHON names a Python that has it";

/** A light as Home Assistant has it. */
interface Light {
  entity: string;
  state: string;
  effect: string | null;
  effects: string[];
  name: string;
}

/** A running Home Assistant. */
class HomeAssistant extends Process {
  static async start(folder: string, { port }: Mosquitto): Promise<HomeAssistant> {
    const home = new HomeAssistant(PYTHON!, [PROGRAM, folder, String(port)]);
    await home.sees(/^ready$/m);
    await home.line();
    return home;
  }

  async ask<T>(question: string): Promise<T> {
    await this.write(`${question}\n`);
    return JSON.parse(await this.line());
  }

  /** Done when a light is so. */
  becomes(light: Partial<Light>): Promise<Light> {
    return this.ask(`await ${JSON.stringify(light)}`);
  }

  call(service: string, entity: string, data = {}): Promise<void> {
    return this.ask(`call ${service} ${entity} ${JSON.stringify(data)}`);
  }

  async quit(): Promise<void> {
    await this.write("quit\n");
    await this.status;
    await this[Symbol.asyncDispose]();
  }
}

function homeTest(name: string, fn: (broker: Mosquitto, folder: string) => Promise<void>): void {
  Deno.test({
    name: why ? `${name} (${why})` : name,
    ignore: why !== undefined,
    async fn() {
      await using broker = await Mosquitto.start();
      await using folder = await tempDir();
      await fn(broker, folder.path);
    },
  });
}

const PINS = ["--pin", "red=11", "--pin", "绿=13"];
const RED = "light.pai_red", GREEN = "light.pai_lu";

homeTest("Home Assistant finds an agent's LEDs by itself, and switches them", async (broker, folder) => {
  await using home = await HomeAssistant.start(folder, broker);
  await using pi = await agent(broker.url, "派", ...PINS);
  const red = await home.becomes({ entity: RED, state: "off" });
  assertEquals([red.name, red.effects], ["派 red", ["off", "blink 1", "blink 2", "blink 5"]]);
  assertEquals((await home.becomes({ entity: GREEN, state: "off" })).name, "派 绿");
  assertEquals(await home.ask("devices"), [{ name: "派", maker: "pinwire" }]);
  await home.call("turn_on", RED);
  await home.becomes({ entity: RED, state: "on", effect: null });
  await home.call("turn_on", RED, { effect: "blink 2" });
  await home.becomes({ entity: RED, state: "on", effect: "blink 2" });
  await home.call("turn_on", RED, { effect: "off" });
  await home.becomes({ entity: RED, state: "on", effect: null });
  await home.call("toggle", RED);
  await home.becomes({ entity: RED, state: "off" });
  // The other one has not been touched.
  await home.becomes({ entity: GREEN, state: "off" });
  pi.kill("SIGKILL");
  await home.becomes({ entity: RED, state: "unavailable" });
  await home.becomes({ entity: GREEN, state: "unavailable" });
  await home.quit();
});

homeTest(
  "LEDs are in Home Assistant again after a restart of it, the broker and the agent, in every order",
  async (broker, folder) => {
    let home = await HomeAssistant.start(folder, broker);
    let pi = await agent(broker.url, "派", ...PINS, "--initial", "on");
    await home.becomes({ entity: RED, state: "on" });
    const stops = {
      home: () => home.quit(),
      broker: () => broker.stop(),
      async agent() {
        pi.kill("SIGTERM");
        await pi.status;
        await pi[Symbol.asyncDispose]();
      },
    };
    const starts = {
      home: async () => void (home = await HomeAssistant.start(folder, broker)),
      broker: () => broker.startAgain(),
      agent: async () => void (pi = await agent(broker.url, "派", ...PINS, "--initial", "on")),
    };
    type Part = keyof typeof stops;
    const orders: Part[][] = [
      ["home"],
      ["broker"],
      ["agent"],
      ["home", "broker", "agent"],
      ["home", "agent", "broker"],
      ["broker", "home", "agent"],
      ["broker", "agent", "home"],
      ["agent", "home", "broker"],
      ["agent", "broker", "home"],
    ];
    for (const order of orders) {
      // The parts stop in one order, and start in the same.
      for (const part of order) await stops[part]();
      for (const part of order) await starts[part]();
      await home.becomes({ entity: RED, state: "on" });
      await home.call("turn_off", RED);
      await home.becomes({ entity: RED, state: "off" });
      await home.call("turn_on", RED);
      await home.becomes({ entity: RED, state: "on" });
      // Nothing is there twice.
      assertEquals((await home.ask<Light[]>("states")).map(({ entity }) => entity).sort(), [GREEN, RED]);
      assertEquals(await home.ask("devices"), [{ name: "派", maker: "pinwire" }]);
    }
    for (const process of [home, pi]) await process[Symbol.asyncDispose]();
  },
);

homeTest(
  "Home Assistant has a controller's devices: away, renamed, and as they were after its restart",
  async (broker, folder) => {
    await using home = await HomeAssistant.start(folder, broker);
    const serve = () => controller("--mqtt", broker.url, "--name", "house");
    const house = await serve();
    const kitchen = await agent(house.address, "kitchen");
    await home.becomes({ entity: "light.house_kitchen", state: "off", name: "house kitchen" });
    await home.call("turn_on", "light.house_kitchen");
    await home.becomes({ entity: "light.house_kitchen", state: "on" });
    await house.write("name 0 hall\n");
    await home.becomes({ entity: "light.house_hall", state: "on", name: "house hall" });
    await home.ask(`gone light.house_kitchen`);
    kitchen.kill("SIGKILL");
    await kitchen[Symbol.asyncDispose]();
    await home.becomes({ entity: "light.house_hall", state: "unavailable" });
    house.kill("SIGKILL");
    await house[Symbol.asyncDispose]();
    await using again = await serve();
    await using _back = await agent(again.address, "hall");
    await home.becomes({ entity: "light.house_hall", state: "off" });
    assertEquals((await home.ask<Light[]>("states")).length, 1);
    await home.quit();
  },
);
