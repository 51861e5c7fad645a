import type { Page } from "playwright-core";
import { assertLooksGood, EYES } from "./support/axe.ts";
import { type Browser, browsing, withPage } from "./support/browser.ts";
import { Member } from "./support/chat.ts";
import { agent } from "./support/led.ts";

/** Looks at a page with all eyes; `prepare` says when it is worth it. */
async function lookAt(url: string, browser: Browser, prepare: (page: Page) => Promise<void>): Promise<void> {
  for (const eyes of EYES) {
    const page = await browser.open(url, eyes);
    await prepare(page);
    await assertLooksGood(page, eyes);
    await page.context().close();
  }
}

browsing("axe-core finds nothing to mend in the LED page", async (browser) => {
  await using server = await withPage(["led", "serve", "127.0.0.1:0"]);
  await lookAt(server.url, browser, (page) => page.locator("pre").last().waitFor());
  await using _kitchen = await agent(server.address, "kitchen");
  {
    await using _lamp = await agent(server.address, "a-lamp-with-a-name-as-long-as.it");
    await lookAt(server.url, browser, (page) => page.getByRole("group").nth(2).waitFor());
  }
  await lookAt(server.url, browser, async (page) => {
    await page.getByRole("group", { name: "a-lamp" }).getByRole("button").nth(1).click();
    await page.getByRole("alert").getByRole("button").waitFor();
    await page.getByRole("group", { name: "kitchen" }).getByRole("button", { name: /blink|闪烁/ }).click();
    await page.getByRole("group", { name: "kitchen" }).getByRole("button", { name: /rename|改名/ }).click();
  });
});

browsing("axe-core finds nothing to mend in the chat page", async (browser) => {
  await using server = await withPage(["chat", "serve", "127.0.0.1:0"]);
  await lookAt(server.url, browser, (page) => page.getByRole("log").getByText("/help").waitFor());
  using bob = await Member.join(server, "bob");
  await bob.say("hello", "/me waves", "long".repeat(100));
  await lookAt(server.url, browser, async (page) => {
    const field = page.locator("textarea");
    for (const line of ["hi", "/help", "/msg bob psst"]) {
      await field.fill(line);
      await field.press("Enter");
    }
    await page.getByRole("log").getByText("psst", { exact: true }).waitFor();
    const toggle = page.getByRole("button", { name: /^lobby · / });
    if (await toggle.isVisible()) await toggle.click();
    await page.getByRole("button", { name: "bob" }).waitFor();
  });
});

browsing("axe-core finds nothing to mend in a page that is not let in", async (browser) => {
  await using server = await withPage(["chat", "serve", "127.0.0.1:0"]);
  await lookAt(server.url.replace(/#.*/, ""), browser, (page) => page.getByRole("alert").waitFor());
});
