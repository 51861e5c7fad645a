/**
 * Writes docs/pictures/led*.webp and chat*.webp, the pictures of the pages, from runs of `led serve --web` and
 * `chat serve --web` in Chromium, with a font that has Chinese:
 *
 *     deno run --allow-all docs/web_pictures.ts
 */
import type { Page } from "playwright-core";
import { Browser, PHONE, withPage } from "../tests/support/browser.ts";
import { Member } from "../tests/support/chat.ts";
import { agent } from "../tests/support/led.ts";

/** The page on a laptop and on a phone. */
const LAPTOP = { viewport: { width: 900, height: 520 }, deviceScaleFactor: 1.5, locale: "en-US" };
const CHINESE_PHONE = {
  ...PHONE,
  viewport: { width: 390, height: 700 },
  locale: "zh-CN",
  colorScheme: "dark",
} as const;

/** WebP's, from 0 to 100: with it no picture is over 80 KB. */
const QUALITY = 80;

/** When all of it happens. */
const NOON = "2026-11-21T12:00:00";

await using browser = await Browser.start();
await drawLeds();
await drawChat();

async function drawLeds(): Promise<void> {
  await using server = await withPage(["led", "serve", "127.0.0.1:0"]);
  await using _garden = await agent(server.address, "garden");
  await using _hall = await agent(server.address, "hall");
  await using _kitchen = await agent(server.address, "厨房");
  const laptop = await browser.open(server.url, LAPTOP);
  const press = async (device: string, word: string) => {
    const group = laptop.getByRole("group", { name: device, exact: true });
    await group.getByRole("button", { name: word, exact: true }).click();
  };
  {
    await using _shed = await agent(server.address, "shed");
    await press("shed", "on");
  }
  await press("garden", "blink");
  await press("厨房", "on");
  await laptop.getByText("away", { exact: true }).waitFor();
  const phone = await browser.open(server.url, CHINESE_PHONE);
  await phone.getByText("亮", { exact: true }).last().waitFor();
  await laptop.mouse.move(0, 0);
  await laptop.setViewportSize({ width: 900, height: 430 });
  await picture(laptop, "led");
  await picture(phone, "led-phone");
}

async function drawChat(): Promise<void> {
  await using server = await withPage(["chat", "serve", "127.0.0.1:0"]);
  using bob = await Member.join(server, "bob");
  const laptop = await browser.open("about:blank", LAPTOP);
  const phone = await browser.open("about:blank", CHINESE_PHONE);
  const say = async (page: Page, ...lines: string[]) => {
    for (const line of lines) {
      await page.locator("textarea").fill(line);
      await page.locator("textarea").press("Enter");
    }
  };
  for (const page of [laptop, phone]) {
    await page.clock.setFixedTime(NOON);
    await page.goto(server.url);
  }
  await say(laptop, "/nick amy");
  await say(phone, "/nick 小明");
  await laptop.getByText("is now 小明").waitFor();
  await bob.say("hello, I am here with nc");
  await laptop.getByText("with nc").waitFor();
  await say(laptop, "hi bob", "this is a browser");
  await bob.until("this is a browser");
  await say(phone, "你好！我用手机");
  await bob.until("我用手机");
  await bob.say("/me waves", "/msg amy is that your phone?");
  await laptop.getByText("your phone").waitFor();
  await say(laptop, "no, it is 小明's");
  await phone.getByText("no, it is").waitFor();
  await picture(laptop, "chat");
  await picture(phone, "chat-phone");
}

/** Takes a picture of what can be seen of a page. */
async function picture(page: Page, name: string): Promise<void> {
  await page.evaluate("document.activeElement.blur()");
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  const folder = new URL("pictures/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(new URL(`${name}.webp`, folder), Uint8Array.fromBase64(data));
}
