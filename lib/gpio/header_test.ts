import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PinwireError } from "../errors.ts";
import { HEADER, type Numbering, parseLine } from "./header.ts";

/** From the Raspberry Pi's documentation: the pins of the header that are GPIOs, and their BCM numbers. */
const BOARD_TO_BCM = new Map(
  `3:2 5:3 7:4 8:14 10:15 11:17 12:18 13:27 15:22 16:23 18:24 19:10 21:9 22:25 23:11 24:8 26:7 29:5 31:6
   32:12 33:13 35:19 36:16 37:26 38:20 40:21`.split(/\s+/).map((pair) => {
    const [board, bcm] = pair.split(":").map(Number);
    return [board, bcm];
  }),
);
const OTHER_PINS: [name: string, pins: number[]][] = [
  ["3.3 V", [1, 17]],
  ["5 V", [2, 4]],
  ["ground", [6, 9, 14, 20, 25, 30, 34, 39]],
  ["ID EEPROM", [27, 28]],
];

/** The sentence that refuses a name. */
function refused(name: string, numbering: Numbering = "board"): string {
  const error = assertThrows(() => parseLine(name, numbering), PinwireError);
  assertEquals([error.code, error.exitCode], ["usage", 2]);
  return error.sentence;
}

Deno.test({
  name: "HEADER has the 40 pins of a Raspberry Pi in their order",
  permissions: "none",
  fn() {
    assertEquals(HEADER.map(({ pin }) => pin), Array.from({ length: 40 }, (_, at) => at + 1));
    for (const { pin, name, bcm } of HEADER) {
      assertEquals(bcm, BOARD_TO_BCM.get(pin), `pin ${pin}`);
      const other = OTHER_PINS.find(([, pins]) => pins.includes(pin));
      assertEquals(name, other ? other[0] : `GPIO${bcm}`);
    }
    assertEquals(BOARD_TO_BCM.size + OTHER_PINS.flatMap(([, pins]) => pins).length, 40);
  },
});

Deno.test({
  name: "parseLine finds each GPIO by its place, its number and its name",
  permissions: "none",
  fn() {
    for (const [pin, offset] of BOARD_TO_BCM) {
      const label = `pin ${pin} (GPIO${offset})`;
      for (const numbering of ["board", "bcm"] as const) {
        for (const name of [`GPIO${offset}`, `gpio${offset}`]) {
          assertEquals(parseLine(name, numbering), { offset, name, label });
        }
      }
      assertEquals(parseLine(`${pin}`, "board"), { offset, name: `${pin}`, label });
      assertEquals(parseLine(`${offset}`, "bcm"), { offset, name: `${offset}`, label });
      assertEquals(parseLine(`${offset}`, "line"), { offset, name: `${offset}`, label: `line ${offset}` });
    }
  },
});

Deno.test({
  name: "parseLine says what a pin is that can't be switched",
  permissions: "none",
  fn() {
    for (const [name, pins] of OTHER_PINS) {
      for (const pin of pins) {
        const sentence = refused(`${pin}`);
        assert(sentence.startsWith(`pin ${pin} `), sentence);
        assert(sentence.includes(name === "ID EEPROM" ? "EEPROM" : `is ${name}`), sentence);
      }
    }
    for (const name of ["0", "1", "GPIO0", "GPIO1"]) {
      assert(refused(name, "bcm").includes("EEPROM"), refused(name, "bcm"));
    }
  },
});

Deno.test({
  name: "parseLine refuses what is not on the header",
  permissions: "none",
  fn() {
    assertEquals(refused("41"), "the header has no pin 41: use one from 1 to 40, such as 11");
    assertEquals(refused("0"), "the header has no pin 0: use one from 1 to 40, such as 11");
    for (const numbering of ["board", "bcm"] as const) {
      assertEquals(
        refused("GPIO28", numbering),
        '"GPIO28" is not on the header, which has GPIO2 to GPIO27: pins beyond it need --numbering line',
      );
    }
    assert(refused("28", "bcm").startsWith('"28" is not on the header'));
    assert(refused("9999", "bcm").startsWith('"9999" is not on the header'));
  },
});

Deno.test({
  name: "parseLine takes numbers as people write them, and nothing else",
  permissions: "none",
  fn() {
    const wrong = [
      "",
      " ",
      "-1",
      "+11",
      "1e1",
      "0x11",
      "11.0",
      " 11",
      "11\n",
      "１１",
      "11,12",
      "pin11",
      "GPIO",
      "GPIO-1",
    ];
    const huge = ["99999", "9007199254740993", "9".repeat(400), "GPIO017", "GPIO100"];
    for (const name of [...wrong, ...huge]) {
      for (const numbering of ["board", "bcm", "line"] as const) {
        assert(refused(name, numbering).startsWith(`"${name}" is no pin: use its `), name);
      }
    }
    assert(refused("GPIO17", "line").startsWith('"GPIO17" is no pin: use its line offset'));
    // The kernel would read 010 as eight. Here it is ten, and the kernel is given "10".
    assertEquals(parseLine("010", "board"), { offset: 15, name: "010", label: "pin 10 (GPIO15)" });
    assertEquals(parseLine("010", "line").offset, 10);
  },
});

Deno.test({
  name: "parseLine gives a line or a usage error, whatever it is given",
  permissions: "none",
  fn() {
    const nearly = fc.stringMatching(/^(GPIO|gpio)?[-+0-9a-fx. ]{0,6}$/);
    const names = fc.oneof(nearly, fc.string({ unit: "binary" }), fc.integer().map(String));
    fc.assert(fc.property(names, fc.constantFrom("board", "bcm", "line"), (name, numbering) => {
      try {
        const { offset } = parseLine(name, numbering);
        assert(Number.isInteger(offset) && offset >= 0);
        assert(numbering === "line" || [...BOARD_TO_BCM.values()].includes(offset));
      } catch (error) {
        assert(error instanceof PinwireError, `${error}`);
        assertEquals([error.code, error.exitCode], ["usage", 2]);
      }
    }));
  },
});
