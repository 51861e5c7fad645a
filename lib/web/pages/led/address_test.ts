import { assertEquals } from "@std/assert";
import { addressesFor } from "./address.js";

Deno.test({
  name: "addressesFor names the server's port, and its host where another machine can reach it",
  permissions: "none",
  fn() {
    const cases: [address: string, hostname: string, here: string, there?: string][] = [
      ["tcp://127.0.0.1:9000", "127.0.0.1", "127.0.0.1:9000"],
      ["tcp://0.0.0.0:9000", "localhost", "127.0.0.1:9000"],
      ["tcp://0.0.0.0:9000", "192.0.2.7", "127.0.0.1:9000", "192.0.2.7:9000"],
      ["tls://[::]:9000", "pi.local", "tls://127.0.0.1:9000", "tls://pi.local:9000"],
      ["tcp://192.0.2.7:9000", "pi.local", "192.0.2.7:9000", "192.0.2.7:9000"],
      ["tcp://127.0.0.1:9000", "192.0.2.7", "127.0.0.1:9000"],
      ["unix:/run/led.sock", "127.0.0.1", "unix:/run/led.sock"],
    ];
    for (const [address, hostname, here, there] of cases) {
      const { here: gotHere, there: gotThere } = addressesFor(address, hostname);
      assertEquals([gotHere, gotThere], [here, there], `${address} ${hostname}`);
    }
  },
});
