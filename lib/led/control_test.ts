import { assertEquals } from "@std/assert";
import { FakeClock, pure } from "../app/_testing.ts";
import { answerControl } from "./control.ts";
import { type Message, printWord } from "./protocol.ts";
import { type DeviceEntry, Registry } from "./registry.ts";
import { VERB_WORDS } from "./verbs.ts";

/** A registry whose devices do what they are told, and say so when they are asked. */
function world() {
  const registry = new Registry(() => {}, 10);
  const clock = new FakeClock();
  return {
    registry,
    greet(name: string): DeviceEntry {
      let on = false;
      const entry = registry.join({
        peer: { scheme: "unix", name: "unix:#1", isLocal: true, isEncrypted: false },
        send(line) {
          if (line === "state?") registry.report(entry, on);
          else on = line === "on";
        },
      });
      registry.greet(entry, { role: "agent", version: 1, name });
      return entry;
    },
    async ask(line: string): Promise<Message[]> {
      const said: Message[] = [];
      await answerControl(line, registry, clock, {
        say(message) {
          said.push(message);
          return Promise.resolve();
        },
        describe: (entry) => ({ say: "device", device: registry.status(entry) }),
      });
      return said;
    },
  };
}

/** Of each device in an answer its name, what it is, whether it is away, and what it was told; and the end. */
const summary = (said: Message[]) =>
  said.map((message) => {
    if (message.say !== "device") return message;
    const { name, on, away, desired } = message.device;
    return [name, on, away !== undefined, desired];
  });

const told = ({ desired }: DeviceEntry) => desired && printWord(desired);

pure("answerControl has all mean those that are away too, which is no error", async () => {
  const on = world();
  const [lamp, fan] = [on.greet("lamp"), on.greet("fan")];
  on.registry.leave(fan, 0);
  assertEquals(summary(await on.ask("on all")), [
    ["lamp", true, false, "on"],
    ["fan", undefined, true, "on"],
    { say: "ok" },
  ]);
  on.registry.leave(lamp, 1);
  assertEquals(summary(await on.ask("blink all 2")), [
    ["lamp", true, true, "blink 2"],
    ["fan", undefined, true, "blink 2"],
    { say: "ok" },
  ]);
  assertEquals(summary(await on.ask("status")), [
    ["lamp", true, true, "blink 2"],
    ["fan", undefined, true, "blink 2"],
    { say: "ok" },
  ]);
});

pure(
  "answerControl takes a device alone that is away for an error, and tells it when it comes back",
  async () => {
    const on = world();
    const lamp = on.greet("lamp");
    on.registry.leave(lamp, 0);
    for (const which of ["lamp", "0"]) {
      assertEquals(await on.ask(`on ${which}`), [
        { say: "error", message: "lamp is away", hint: "it will be told when it comes back" },
      ]);
    }
    assertEquals(told(lamp), "on");
  },
);

pure("answerControl has hints of its own, since its user has no console", async () => {
  const on = world();
  const noDevice = "led status --via shows those that there are";
  const badCommand = `${VERB_WORDS.join(", ")}, name, status and watch are understood here`;
  const rate = "use 0.01 to 50 times a second, such as 2";
  const expected: [string, string, string][] = [
    ["on all", "no device is connected", "start an agent"],
    ["on lamp", "there is no device lamp", noDevice],
    ["status 7", "there is no device 7", noDevice],
    ["bogus", '"bogus" is no command', badCommand],
    ["on", "on needs a device", badCommand],
    ["list", "that is for the console only", badCommand],
    ["", "that is for the console only", badCommand],
    ["blink all 99", '"99" is no rate to blink at', rate],
  ];
  for (const [line, message, hint] of expected) {
    assertEquals(await on.ask(line), [{ say: "error", message, hint }], line);
  }
  assertEquals(await on.ask("status"), [{ say: "ok" }]);
});

pure("answerControl gives a device another name, and says why it can't have one", async () => {
  const on = world();
  on.greet("lamp");
  on.greet("fan");
  assertEquals(summary(await on.ask("name 0 kitchen")), [["kitchen", undefined, false, undefined], {
    say: "ok",
  }]);
  const errors = ["name kitchen fan", "name all x", "name kitchen", "name nobody x", "name kitchen a:b"];
  for (const line of errors) {
    const said = await on.ask(line);
    assertEquals(said.map(({ say }) => say), ["error"], line);
  }
  assertEquals(on.registry.names(), ["fan", "kitchen"]);
});
