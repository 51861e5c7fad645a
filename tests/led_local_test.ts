import { assertEquals, assertMatch } from "@std/assert";
import { interrupt, pinwire, refusal, runPinwire } from "./support.ts";
import { eventsOf, type LedEvent, next, statesOf } from "./support/led.ts";

const SIMULATED = ["--gpio", "simulated"];

Deno.test("led on, off and toggle switch a pin of this machine and say what it is", async () => {
  const ends: [string[], string][] = [
    [["on"], "pin 11 is on\n"],
    [["off"], "pin 11 is off\n"],
    [["toggle"], "pin 11 is on\n"],
    [["on", "--pin", "GPIO27"], "pin GPIO27 is on\n"],
    [["toggle", "--pin", "red=11", "--pin", "green=13"], "red is on\ngreen is on\n"],
    [["on", "--quiet"], ""],
  ];
  await Promise.all(ends.map(async ([args, stdout]) => {
    const outcome = await runPinwire(["led", ...args, ...SIMULATED]);
    assertEquals(outcome, { code: 0, stdout, stderr: "" }, args.join(" "));
  }));
});

Deno.test("led on, off and toggle with --json give an event for each pin", async () => {
  const ends: [string[], LedEvent[]][] = [
    [["on"], [{ event: "state", on: true, pin: "11" }]],
    [["off"], [{ event: "state", on: false, pin: "11" }]],
    [["toggle", "--pin", "red=11", "--pin", "green=13"], [
      { event: "state", on: true, pin: "11", device: "red" },
      { event: "state", on: true, pin: "13", device: "green" },
    ]],
  ];
  await Promise.all(ends.map(async ([args, expected]) => {
    const { code, stdout, stderr } = await runPinwire(["led", ...args, ...SIMULATED, "--json"]);
    assertEquals([code, stderr], [0, ""]);
    const events = eventsOf(stdout).map(({ time, ...event }: LedEvent & { time?: string }) => {
      assertMatch(time!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      return event;
    });
    assertEquals(events, expected);
  }));
});

Deno.test("led blink blinks so often and ends off", async () => {
  const args = ["led", "blink", ...SIMULATED, "--count", "2", "--hz", "50"];
  assertEquals(await runPinwire(args), {
    code: 0,
    stdout: "pin 11 is off\npin 11 is on\npin 11 is off\npin 11 is on\npin 11 is off\n",
    stderr: "",
  });
  const { stdout } = await runPinwire([...args, "--json"]);
  assertEquals(eventsOf(stdout).map(({ on }) => on), [false, true, false, true, false]);
});

interrupt("led blink ends off at Ctrl-C", async () => {
  await using blinking = await pinwire(["led", "blink", ...SIMULATED, "--hz", "0.1", "--json"]);
  await next(blinking, "state");
  assertEquals((await next(blinking, "state")).on, true);
  assertEquals((await blinking.stop()).code, 0);
  assertEquals(statesOf(blinking), [false]);
});

Deno.test("led status says that a simulated pin is forgotten", async () => {
  assertEquals(
    await refusal(["led", "status", ...SIMULATED], 1),
    "pinwire: a simulated pin is forgotten when its command ends: an agent keeps it for as long as it runs\n",
  );
});

Deno.test("led pins draws the header", async () => {
  const { code, stdout, stderr } = await runPinwire(["led", "pins", ...SIMULATED]);
  assertEquals([code, stderr], [0, ""]);
  const rows = stdout.split("\n");
  assertEquals(rows.length, 22);
  assertMatch(rows[0], /^ +3\.3 V {2}1 │ 2 {2}5 V$/);
  assertMatch(rows[5], /^ +GPIO17 11 │ 12 GPIO18$/);
  assertMatch(rows[19], /^ +ground 39 │ 40 GPIO21$/);
  assertEquals(rows.slice(20), ["", ""]);
});

Deno.test("led refuses a wrong command line with 2 and one sentence", async () => {
  const VIA = ["--via", "127.0.0.1:1"];
  const wrong: [string[], RegExp][] = [
    [["agent", "--pin", "1"], /pin 1 is 3\.3 V and can't be switched/],
    [["agent", "--pin", "6"], /pin 6 is ground/],
    [["agent", "--pin", "27"], /EEPROM/],
    [["on", "--pin", "41"], /no pin 41/],
    [["on", "--pin", "40x"], /"40x" is no pin/],
    [["on", "--pin", ""], /is no pin/],
    [["off", "--pin", "11", "--pin", "13"], /several pins need names/],
    [["off", "--pin", "a=11", "--pin", "13"], /several pins need names/],
    [["agent", "--pin", "a=11", "--pin", "b=GPIO17"], /pin 11 \(GPIO17\) is given twice/],
    [["agent", "--pin", "a=11", "--pin", "a=13"], /two pins are called a/],
    [["agent", "--pin", "all=11"], /"all" can't be a device's name/],
    [["agent", "--pin", "a=11", "--name", "b"], /leave --name out/],
    [["agent", "--name", "all"], /"all" can't be a device's name/],
    [["agent", "--name", "7"], /"7" can't be a device's name/],
    [["agent", "--name", "a b"], /"a b" can't be a device's name/],
    [["agent", "--initial", "blink"], /on, off, keep/],
    [["agent", "--on-disconnect", "on"], /hold, off, blink/],
    [["agent", "--on-exit", "on"], /off, keep/],
    [["agent", "--gpio", "i2c"], /"i2c" is no way to get at pins/],
    [["agent", "--numbering", "wiring"], /board, bcm, line/],
    [["agent", "--ca", "x", "--name", "x", ...SIMULATED], /--ca is for tls/],
    [["agent", "udp://127.0.0.1:1"], /udp:\/\/ can't be used here/],
    [["agent", "127.0.0.1:99999"], /port/],
    [["serve", "udp://127.0.0.1:0"], /udp:\/\/ can't be used here/],
    [["serve", "127.0.0.1:0", "--tls-cert", "x"], /--tls-key/],
    [["on", "lamp", "--pin", "11", ...VIA], /leave it or --via out/],
    [["on", ...VIA], /--via needs a device/],
    [["on", "a b", ...VIA], /"a b" can't be a device/],
    [["on", "lamp"], /name its controller with --via/],
    [["on", "--token-file", "x"], /name it with --via/],
    [["blink", "--hz", "0"], /"0" is no rate to blink at/],
    [["blink", "--hz", "51"], /"51" is no rate to blink at/],
    [["blink", "--count", "0"], /--count/],
    [["blink", "lamp", "--count", "2", ...VIA], /leave it or --via out/],
  ];
  await Promise.all(wrong.map(async ([args, said]) => assertMatch(await refusal(["led", ...args], 2), said)));
});
