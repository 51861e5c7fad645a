import { assertEquals } from "@std/assert";
import { withPage } from "./page_server.ts";
import { addressOf } from "./http.ts";
import { agent, next } from "./led.ts";
import { PageSocket } from "./page_socket.ts";

/** A controller with a lamp, and an honest page that goes on whatever others do. */
export async function honestWorld(...options: string[]) {
  const server = await withPage(["led", "serve", "127.0.0.1:0", ...options]);
  const lamp = await agent(server.address, "lamp");
  await next(lamp, "state");
  await next(server, "device");
  const page = await PageSocket.open(server.url);
  page.say("watch");
  await page.next(/^ok$/);
  return {
    server,
    page,
    address: addressOf(server),
    /** The honest page switches the lamp on and off, and nobody else has. */
    async goesOn(): Promise<void> {
      for (const on of [true, false]) {
        page.say(`${on ? "on" : "off"} lamp`);
        await page.next(new RegExp(`^device .*"on":${on}`));
        assertEquals((await next(lamp, "state")).on, on);
      }
      assertEquals(lamp.events.filter(({ event }) => event === "state"), []);
    },
    async [Symbol.asyncDispose]() {
      await page[Symbol.asyncDispose]();
      await lamp[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
