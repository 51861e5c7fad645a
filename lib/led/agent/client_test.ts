import { parseLine, SimulatedGpio } from "deno-gpio";
import { LOOPBACK } from "../../../tests/support.ts";
import { contextOf } from "../../app/_testing.ts";
import { Agent } from "./client.ts";
import { Device } from "../pins/device.ts";

Deno.test("Agent.run ends when it is stopped just as its dial gets through", async () => {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const context = contextOf("text");
  // The trace is asked for between the dial and all that follows.
  const stopping = {
    ...context,
    trace: <T>(connection: T) => {
      context.stop.now();
      return connection;
    },
  };
  const pin = { gpio: new SimulatedGpio(), line: parseLine("11", "board"), activeLow: false, initial: false };
  await using device = await Device.open({
    name: "lamp",
    ...pin,
    onState() {},
    onLost() {},
    clock: context.clock,
  });
  const agent = new Agent(device, { onDisconnect: "hold" }, stopping);
  const accepted = listener.accept();
  await agent.run({ scheme: "tcp", hostname: LOOPBACK, port: listener.addr.port });
  (await accepted).close();
});
