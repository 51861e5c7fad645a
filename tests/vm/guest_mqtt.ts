/** The tests of an agent at a broker on a kernel's own chip, beside guest_led.ts. The broker is the host's Mosquitto. */
import { assertEquals } from "@std/assert";
import { Mosquitto } from "../support/mosquitto.ts";
import { pinwire } from "../support/pinwire.ts";
import type { Event, Process } from "../support/process.ts";
import { driven, isExported, tidy, wire } from "./chip.ts";

interface State extends Event {
  on?: boolean;
}

const SET = "pinwire/pi/led/set";
const ON = 'pinwire/pi/led/state {"state":"ON","effect":null}';
const OFF = 'pinwire/pi/led/state {"state":"OFF","effect":null}';

const agent = ({ url }: Mosquitto, ...options: string[]): Promise<Process> =>
  pinwire(["led", "agent", url, "--name", "pi", "--json", ...options]);

async function assertState(process: Process, on: boolean): Promise<void> {
  assertEquals((await process.next("state") as State).on, on);
}

Deno.test("an agent at a broker moves a pin as it is told, and no loss of the link, of it or of the broker moves it", async () => {
  try {
    await using broker = await Mosquitto.start();
    const device = await agent(broker, "--on-exit", "keep");
    {
      await using watch = await broker.watch("pinwire/#");
      await assertState(device, false);
      await watch.upTo(OFF);
      driven(17);
      await broker.publish(SET, '{"state":"ON"}');
      await assertState(device, true);
      await watch.upTo(ON);
      assertEquals([wire(17), isExported(17), driven(17)], [true, true, [true]]);
      // Again, retained, and garbage: no edge.
      await broker.publish(SET, "on");
      await broker.publish(SET, "off", "-r");
      await device.next("error");
      await broker.publish(SET, "offon");
    }
    await broker.stop();
    await device.next("disconnected");
    await broker.startAgain();
    await using watch = await broker.watch("pinwire/#");
    await watch.upTo(ON);
    device.kill("SIGKILL");
    await device[Symbol.asyncDispose]();
    await watch.upTo("pinwire/pi/status offline");
    await using again = await agent(broker);
    await assertState(again, true);
    await watch.upTo(ON);
    // The kernel was never told to drive it low.
    assertEquals([wire(17), driven(17).includes(false)], [true, false]);
    again.kill("SIGTERM");
    assertEquals((await again.status).code, 0);
    await watch.upTo(OFF);
    await watch.upTo("pinwire/pi/status offline");
    // The line was there when it came, so it leaves it there.
    assertEquals([wire(17), isExported(17), driven(17).includes(true)], [false, true, false]);
  } finally {
    tidy();
  }
});
