/** The tests of the LED mode on a kernel's own chip, beside guest_pins.ts. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { withPage } from "../support/page_server.ts";
import { PageSocket } from "../support/page_socket.ts";
import { pinwire, runPinwire } from "../support/pinwire.ts";
import type { Event, Process } from "../support/process.ts";
import { driven, isExported, SIM, tidy, wire, write } from "./chip.ts";

interface State extends Event {
  on?: boolean;
}

const controller = () => pinwire(["led", "serve", "127.0.0.1:0", "--json"]);

function agent({ address }: Process, ...options: string[]): Promise<Process> {
  return pinwire(["led", "agent", address, "--name", "lamp", "--json", ...options]);
}

async function assertState(process: Process, on: boolean): Promise<void> {
  assertEquals((await process.next("state") as State).on, on);
}

/** An agent whose pin was off and is on, as its controller was told. */
async function litAgent(server: Process): Promise<Process> {
  const device = await agent(server);
  await assertState(device, false);
  await server.next("device");
  await server.write("on lamp\n");
  await assertState(device, true);
  return device;
}

async function local(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runPinwire(["led", ...args]);
  assertEquals(code, 0, stderr);
  return stdout;
}

function test(what: string, fn: () => Promise<void>): void {
  Deno.test(`led ${what}`, async () => {
    try {
      await fn();
    } finally {
      tidy();
    }
  });
}

test("agent moves a pin as its controller says, and leaves it off and given back at SIGTERM", async () => {
  await using server = await controller();
  await using device = await litAgent(server);
  assertEquals([wire(17), isExported(17)], [true, true]);
  driven(17);
  await server.write("blink lamp 20\n");
  // It is on already: the first change is that to off.
  for (const on of [false, true, false]) await assertState(device, on);
  await server.write("on lamp\n");
  await device.next("message");
  device.kill("SIGTERM");
  assertEquals((await device.status).code, 0);
  assertEquals([wire(17), isExported(17), driven(17).at(-1)], [false, false, false]);
});

test("agent moves a pin as somebody says in a page, who sees that it did", async () => {
  await using server = await withPage(["led", "serve", "127.0.0.1:0"]);
  await using device = await agent(server);
  await assertState(device, false);
  await using page = await PageSocket.open(server.url);
  page.say("watch");
  await page.next(/^device .*"device":"lamp","on":false/);
  page.say("on lamp");
  await page.next(/^device .*"device":"lamp","on":true/);
  assertEquals(wire(17), true);
  page.say("off lamp");
  await page.next(/^device .*"device":"lamp","on":false/);
  assertEquals(wire(17), false);
});

test("agent with --on-exit keep leaves the pin as it is", async () => {
  await using server = await controller();
  await using device = await agent(server, "--initial", "on", "--on-exit", "keep", "--active-low");
  await assertState(device, true);
  assertEquals(wire(17), false);
  device.kill("SIGTERM");
  assertEquals((await device.status).code, 0);
  assertEquals([wire(17), isExported(17)], [false, true]);
});

test("agent that was killed and comes back makes no pulse", async () => {
  await using server = await controller();
  {
    await using device = await litAgent(server);
    device.kill("SIGKILL");
    await device.status;
  }
  await server.next("disconnected");
  assertEquals([wire(17), isExported(17)], [true, true]);
  driven(17);
  await using device = await agent(server);
  await assertState(device, true);
  await server.next("device");
  // Its desired state.
  assertEquals((await device.next("message")).text, "on");
  assertEquals([wire(17), driven(17).includes(false)], [true, false]);
});

test("agent finds its pin again when the chip was unplugged", async () => {
  await using server = await controller();
  await using device = await litAgent(server);
  write(`${SIM}/live`, "0");
  assertStringIncludes((await device.next("error")).message!, "has gone");
  write(`${SIM}/live`, "1");
  await assertState(device, true);
  assertEquals([wire(17), isExported(17)], [true, true]);
  await server.write("off lamp\n");
  await assertState(device, false);
  assertEquals(wire(17), false);
});

test("on, off, toggle, status and pins act on this machine alone, and leave the line exported", async () => {
  const chip = /^the pins are those of pinctrl-\w+\n/;
  assertEquals((await local("on", "--pin", "GPIO17")).replace(chip, ""), "pin GPIO17 is on\n");
  assertEquals([wire(17), isExported(17)], [true, true]);
  assertStringIncludes(await local("pins"), "● high GPIO17 11 │");
  assertEquals(JSON.parse((await local("status", "--json")).split("\n").at(-2)!).on, true);
  await local("toggle");
  assertEquals([wire(17), isExported(17)], [false, true]);
  await local("toggle", "--active-low");
  assertEquals(wire(17), true);
  await local("off");
  assertEquals([wire(17), isExported(17)], [false, true]);
});

test("blink ends with the pin off and given back", async () => {
  await local("blink", "--count", "3", "--hz", "20", "--pin", "13");
  const changes = driven(27).filter((level, i, all) => level !== all[i - 1]);
  assertEquals(changes.slice(-6), [true, false, true, false, true, false]);
  assertEquals([wire(27), isExported(27)], [false, false]);
});

test("agent says in one sentence that a driver holds its pin", async () => {
  const { code, stderr } = await runPinwire(["led", "agent", "--pin", "GPIO22"]);
  assertEquals(
    [code, stderr],
    [
      1,
      "pinwire: pin 15 (GPIO22) is held by a driver or another program: choose another pin, or look who has it " +
      "with gpioinfo\n",
    ],
  );
});
