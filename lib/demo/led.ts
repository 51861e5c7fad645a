import { parseLine, SimulatedGpio } from "deno-gpio";
import { Agent } from "../led/agent/client.ts";
import { Device } from "../led/pins/device.ts";
import { parseRequest } from "../led/console.ts";
import { Controller } from "../led/serve.ts";
import { deviceTable, drawLamp } from "../led/view.ts";
import type { Event } from "../app/mod.ts";
import { type Connection, listen, parseAddress } from "../net/mod.ts";
import { serveConnections } from "../session/mod.ts";
import { Happenings, sceneContext } from "./scene.ts";

/**
 * The LED mode's scene: a controller on a free port, two devices with simulated pins, and a link that breaks.
 *
 * @param print takes each line
 */
export async function ledScene(print: (line: string) => void, coloured: boolean): Promise<void> {
  const events = new Happenings<Event>();
  const context = sceneContext("text", (event) => events.add(event));
  const { reporter, clock, stop } = context;
  const listener = await listen(parseAddress("0", TCP));
  const controller = new Controller({ maxClients: MAX_DEVICES }, context);
  const { registry } = controller;
  const links: Connection[] = [];
  const serving = serveConnections(listener, {
    reporter,
    clock,
    signal: stop.signal,
    maxClients: MAX_DEVICES,
    idleTimeout: 0,
    handle(connection) {
      links.push(connection);
      return controller.serveConnection(connection);
    },
  });
  const gpio = new SimulatedGpio();
  const devices: Device[] = [];
  // The scene shows what a terminal would.
  const screen = { isTerminal: true, isColoured: coloured };
  const showPins = () => print(`   ${devices.map((device) => drawLamp(device, screen)).join("   ")}\n`);

  function type(line: string) {
    print(`   cmd> ${line}`);
    const request = parseRequest(line);
    if (request.ask !== "switch") return;
    for (const entry of registry.select(request.which)) registry.command(entry, request.command);
  }

  const reported = (name: string, on: boolean) =>
    events.next((event) => event.event === "state" && event.device === name && event.on === on);

  print("LEDs: devices call in at a controller, and do what they are told there.\n");
  print("1. A controller takes a free port. In a shell of yours: pinwire led serve 0");
  print(`   pinwire led: listening on ${listener.address}\n`);

  print("2. Two devices call in, with simulated pins here, with real ones on a Raspberry Pi:");
  print("   pinwire led agent --pin red=11 --pin green=13");
  const agents = new Map<string, Agent>();
  const running: Promise<void>[] = [];
  for (const [name, pin] of [["red", "11"], ["green", "13"]]) {
    const device = await Device.open({
      name,
      gpio,
      line: parseLine(pin, "board"),
      activeLow: false,
      initial: false,
      onState: (on) => agents.get(name)?.report(on),
      onLost: (error) => reporter.error(error),
      clock,
    });
    const agent = new Agent(device, { onDisconnect: "hold" }, context);
    devices.push(device);
    agents.set(name, agent);
    running.push(agent.run(parseAddress(listener.address, TCP)));
    await reported(name, false);
  }
  print("   cmd> list");
  for (const row of deviceTable(registry.list().map((entry) => registry.status(entry)))) print(`   ${row}`);

  print("\n3. They do what they are told, and report it:");
  const bothOn = Promise.all([reported("red", true), reported("green", true)]);
  type("on all");
  await bothOn;
  showPins();

  print("4. The link of green breaks. Its pin holds, and what it is told now waits:");
  links[1].close();
  await events.next((event) => event.event === "disconnected");
  const isBack = reported("green", false);
  type("off green");
  print("   green is away and will be told when it comes back");
  await isBack;
  print("   It has dialled again, and was told:");
  showPins();
  const levels = gpio.record(GREEN).map(({ value }) => value).join(" ");
  print(`   Its pin was ${levels}, and nothing in between.`);

  stop.now();
  await Promise.all([serving, ...running]);
  for (const device of devices) await device.close("off");
  print("\nNow you: pinwire led serve in one shell, pinwire led agent in another.");
}

const TCP = { schemes: ["tcp"] } as const;
const MAX_DEVICES = 10;
/** The line offset of pin 13. */
const GREEN = 27;
