import { assertEquals } from "@std/assert";
import { browsing, PHONE, withPage } from "./support/browser.ts";
import { agent, next } from "./support/led.ts";

browsing("an LED is switched in the page, on two phones, and by the console", async (browser) => {
  await using server = await withPage(["led", "serve", "127.0.0.1:0"]);
  await using lamp = await agent(server.address, "lamp");
  await next(server, "state");
  await next(lamp, "state");
  const [amy, bob] = await Promise.all([browser.open(server.url, PHONE), browser.open(server.url, PHONE)]);
  assertEquals(new URL(amy.url()).hash, "");
  const device = (page: typeof amy) => page.getByRole("group", { name: "lamp" });
  await device(bob).getByText("off", { exact: true }).first().waitFor();
  await device(amy).getByRole("button", { name: "on", exact: true }).tap();
  assertEquals((await next(lamp, "state")).on, true);
  await device(bob).getByRole("button", { name: "off", exact: true }).tap();
  assertEquals((await next(lamp, "state")).on, false);
  await server.write("on lamp\n");
  assertEquals((await next(lamp, "state")).on, true);
});
