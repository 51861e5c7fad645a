import { assertEquals, assertThrows } from "@std/assert";
import { pure } from "../app/_testing.ts";
import { PinwireError } from "../errors.ts";
import { parseBroker } from "./broker.ts";

pure("parseBroker reads a URL, with the ports that MQTT has", () => {
  const urls: [string, string][] = [
    ["mqtt://broker.local", "tcp broker.local 1883 -"],
    ["mqtts://broker.local", "tls broker.local 8883 -"],
    ["MQTT://broker.local/", "tcp broker.local 1883 -"],
    ["mqtt://broker.local:1884", "tcp broker.local 1884 -"],
    ["mqtt://pi@192.168.1.5", "tcp 192.168.1.5 1883 pi"],
    ["mqtts://pi%40home@[::1]:1885", "tls ::1 1885 pi@home"],
    ["mqtt://a@b@broker.local", "tcp broker.local 1883 a@b"],
    ["mqtt://%E6%B4%BE@broker.local", "tcp broker.local 1883 派"],
  ];
  for (const [url, expected] of urls) {
    const { address: { scheme, hostname, port }, user = "-" } = parseBroker(url);
    assertEquals(`${scheme} ${hostname} ${port} ${user}`, expected, url);
  }
});

pure("parseBroker refuses what is no broker, and says what is right", () => {
  const urls: [string, RegExp][] = [
    ["mqtt:broker.local", /write mqtt:\/\/HOST/],
    ["mqtt://", /write mqtt:\/\/HOST/],
    ["mqtt://broker.local/topic", /write mqtt:\/\/HOST/],
    ["mqtt://1883", /write mqtt:\/\/localhost:1883/],
    ["mqtt://broker.local:99999", /99999/],
    ["mqtt://50%@broker.local", /%25/],
  ];
  for (const [url, sentence] of urls) {
    const error = assertThrows(() => parseBroker(url), PinwireError);
    assertEquals([error.exitCode, sentence.test(error.sentence)], [2, true], `${url}: ${error.sentence}`);
  }
});

pure("parseBroker refuses a password, and does not show it", () => {
  for (const secret of ["secret", "se:cret", "se@cret", "se/cret"]) {
    const error = assertThrows(() => parseBroker(`mqtt://pi:${secret}@broker.local`), PinwireError);
    assertEquals(
      error.sentence,
      '"mqtt://…@broker.local" is not a broker: a password in it is seen by everybody: put it into ' +
        "PINWIRE_MQTT_PASSWORD or --password-file",
    );
  }
});
