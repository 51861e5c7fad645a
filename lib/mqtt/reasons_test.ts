import { assertEquals, assertMatch } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { farewell, forbidden, isFinal, refusal } from "./reasons.ts";

pure("refusal tells each reason of CONNACK in words, and which of them end a client", () => {
  const reasons: [reason: number, user: string | undefined, sentence: RegExp, isFinal: boolean][] = [
    [0x01, undefined, /^the broker at B does not speak MQTT 5: use one that does/, false],
    [0x84, "pi", /^the broker at B does not speak MQTT 5: use one that does/, false],
    [
      0x86,
      "pi",
      /^the broker at B refuses pi: check the name, and the password in PINWIRE_MQTT_PASSWORD/,
      true,
    ],
    [0x87, undefined, /^the broker at B refuses us without a name: write mqtt:\/\/USER@HOST/, true],
    [0x85, "pi", /^the broker at B refuses our client id: give a shorter or plainer --name$/, false],
    [0x89, "pi", /^the broker at B has no room for us now$/, false],
    [0x9f, "pi", /^the broker at B refuses us \(reason 0x9f\): its log says why$/, false],
  ];
  for (const [reason, user, sentence, final] of reasons) {
    const error = refusal(reason, "B", user);
    assertMatch(error.sentence, sentence);
    assertEquals(isFinal(error), final, error.sentence);
  }
});

pure("farewell says why a broker sends us away, and nothing where it only stops", () => {
  assertEquals([farewell(0, "B"), farewell(0x8b, "B")], [undefined, undefined]);
  assertMatch(farewell(0x8e, "B")!.sentence, /^another program took our place at the broker B: .* --name$/);
  assertEquals(isFinal(farewell(0x8e, "B")), true);
  assertMatch(farewell(0x95, "B")!.sentence, /has a limit that we passed/);
  assertMatch(farewell(0x81, "B")!.sentence, /sent us away \(reason 0x81\)/);
  assertEquals(isFinal(farewell(0x95, "B")), false);
});

pure("forbidden names the topic, and the list that would allow it", () => {
  assertEquals(
    forbidden("read", "pinwire/pi/+/set", 0x87).sentence,
    "the broker does not let us read pinwire/pi/+/set: allow it in the broker's access control list",
  );
  assertMatch(
    forbidden("write", "a", 0x97).sentence,
    /^the broker refuses to let us write a \(reason 0x97\)/,
  );
});

pure(
  "isFinal takes a certificate that isn't trusted for good, and a port without TLS, or another error, not",
  () => {
    const tls = (message: string) => new PinwireError("tls_failed", message);
    assertEquals(isFinal(tls("invalid peer certificate: UnknownIssuer")), true);
    assertEquals(isFinal(tls("received corrupt message of type InvalidContentType")), false);
    assertEquals(isFinal(tls("something else")), false);
    assertEquals(isFinal(new PinwireError("not_mqtt", "what is there says no MQTT 5")), false);
    assertEquals(isFinal(new TypeError("oops")), false);
  },
);
