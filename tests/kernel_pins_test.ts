import { assert, assertEquals, assertMatch } from "@std/assert";
import { whyNoMosquitto } from "./support/mosquitto.ts";
import { type Dress, runInVm, runOnPi3, whyNoArmBinary, whyNoPi3, whyNoVm } from "./support/vm.ts";

/** Of the Raspberry Pi's documentation: each pin of the header that is a GPIO, and its number as one. */
const BOARD_TO_BCM =
  `3:2 5:3 7:4 8:14 10:15 11:17 12:18 13:27 15:22 16:23 18:24 19:10 21:9 22:25 23:11 24:8 26:7
  29:5 31:6 32:12 33:13 35:19 36:16 37:26 38:20 40:21`.split(/\s+/).map((pair) => pair.split(":"));

/**
 * The one that takes longest comes first. Processes are slow there, so each runs only what may differ: pins on every
 * chip, who may use them with every kernel, and the LED mode, to which all chips are one, once.
 */
const MACHINES = [
  dressed("a Pi 4 with Linux 6.12", "pi4", ["pins", "rights", "led", ...whyNoMosquitto ? [] : ["mqtt"]]),
  dressed("a Pi 3 with Linux 6.1", "pi3", ["pins", "rights"]),
  dressed("a Pi 5 with Linux 6.12", "pi5", ["pins"]),
  { name: "the registers of an emulated Pi 3", why: whyNoPi3(), check: checkRegisters },
  { name: "the binary on an emulated Pi 3", why: whyNoPi3() ?? whyNoArmBinary, check: checkBinary },
];

function dressed(name: string, dress: Dress, parts: string[]) {
  return { name: `gpio-sim as ${name}`, why: whyNoVm(dress), check: () => checkContract(dress, parts) };
}

async function checkContract(dress: Dress, parts: string[]): Promise<void> {
  const deno = [Deno.execPath(), "test", "--no-check", "--cached-only", "--allow-all", "--trace-leaks"];
  const files = parts.map((part) => `tests/vm/guest_${part}.ts`);
  const { code, stdout, stderr } = await runInVm(dress, [...deno, ...files]);
  assertEquals(code, 0, `${stdout}\n${stderr}`);
  const passed = Number(stdout.match(/^ok \| (\d+) passed \| 0 failed/m)?.[1] ?? 0);
  assert(passed > 0, `${stdout}\n${stderr}`);
}

async function checkRegisters(): Promise<void> {
  const deno = ["deno", "run", "--no-check", "--allow-all"];
  const { code, stdout, stderr } = await runOnPi3([...deno, "tests/vm/pi3_pins.ts"]);
  assertEquals(code, 0, `${stdout}\n${stderr}`);
  assertEquals(JSON.parse(stdout), {
    chip: "pinctrl-bcm2835",
    high: Object.fromEntries(BOARD_TO_BCM.map(([pin, bcm]) => [pin, [Number(bcm)]])),
    steps: [
      // This kernel makes an input of a pin that is given back.
      { name: "released", high: false, function: 0 },
      { name: "off", high: false, function: 1 },
      { name: "on", high: true, function: 1 },
      { name: "closed", high: true, function: 1 },
      { name: "kept", high: true, function: 1 },
      { name: "on, active low", high: false, function: 1 },
      { name: "off, active low", high: true, function: 1 },
    ],
  });
}

/** What tests/vm/pi3_binary.sh prints behind the version. */
const PI3_LINES = [
  "<hello>",
  "echo: exit code 0",
  "the pins are those of pinctrl-bcm2835",
  "● pin 11 is on",
  "pin 11: 1",
  "the pins are those of pinctrl-bcm2835",
  "○ pin 11 is off",
  "pin 11: 0",
  // The agent was told on.
  "pin 11: 1",
  "agent: exit code 0",
  "pin 11: 0",
  'chat: {"event":"message","text":"hello","bytes":5,"nick":"guest1","room":"lobby"}',
  "chat: exit code 0",
  "the answer is 42",
  "shell: exit code 0",
  "pi: status online",
  'pi: led/state {"state":"ON","effect":null}',
  "pin 11: 1",
  'pi: led/state {"state":"ON","effect":"blink 5"}',
  'pi: led/state {"state":"ON","effect":null}',
  // It is killed, and the pin stays as it is: also for the next one.
  "pi: status offline",
  "pin 11: 1",
  'pi: led/state {"state":"ON","effect":null}',
  "pin 11: 1",
  // The broker is gone, and comes back.
  "pin 11: 1",
  'pi: led/state {"state":"ON","effect":null}',
  "pin 11: 1",
  'pi: led/state {"state":"OFF","effect":null}',
  "pin 11: 0",
  "agent at a broker: exit code 0",
  "pi: status offline",
];

async function checkBinary(): Promise<void> {
  const { code, stdout, stderr } = await runOnPi3(["sh", "tests/vm/pi3_binary.sh"]);
  assertEquals(code, 0, `${stdout}\n${stderr}`);
  const [version, ...lines] = stdout.trimEnd().split("\n");
  assertMatch(version, /^pinwire \d+\.\d+\.\d+ \(.*Deno .*\)$/);
  assertEquals(lines, PI3_LINES);
}

const why = MACHINES.every(({ why }) => why) ? MACHINES[0].why : undefined;

Deno.test({
  name: `pins behave as promised on kernels' own chips${why ? ` (${why})` : ""}`,
  ignore: why !== undefined,
  // Booting takes its time, so there are as many at once as processors, which steps may be without sanitizers of
  // their own. More would only slow each other down.
  async fn(t) {
    const waiting = [...MACHINES];
    async function bootAll() {
      for (let machine; (machine = waiting.shift());) {
        const { name, why, check } = machine;
        await t.step({
          name: why ? `${name} (${why})` : name,
          ignore: why !== undefined,
          fn: check,
          sanitizeOps: false,
          sanitizeResources: false,
          sanitizeExit: false,
        });
      }
    }
    await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, bootAll));
  },
});
