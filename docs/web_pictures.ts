/**
 * Writes docs/pictures/*.webp, the pictures of the pages, from runs of `led serve --web`, `chat serve --web`,
 * `relay --web` and `lab --web` in Chromium, with a font that has Chinese:
 *
 *     deno run --allow-all docs/web_pictures.ts
 */
import type { BrowserContextOptions, Page } from "playwright-core";
import { Browser, PHONE, withPage } from "../tests/support/browser.ts";
import { Member } from "../tests/support/chat.ts";
import { bytes, LOOPBACK } from "../tests/support.ts";
import { agent } from "../tests/support/led.ts";
import { startRelay, take } from "../tests/support/relay.ts";

/** The page on a laptop, on a projector and on a phone. */
const LAPTOP = { viewport: { width: 900, height: 520 }, deviceScaleFactor: 1.5, locale: "en-US" };
const PROJECTOR = { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1.25, locale: "en-US" };
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
await drawFrames();
await drawLab("handshake", "lab", 6, PROJECTOR);
await drawLab("loss", "lab-phone", 12, CHINESE_PHONE);
await drawLab("states", "lab-chinese", 5, { ...PROJECTOR, locale: "zh-CN" });

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

async function drawFrames(): Promise<void> {
  await using world = await startRelay(["--json", "--frame", "line", "--web", `${LOOPBACK}:0`]);
  const { url } = await world.relay.next("listening");
  const laptop = await browser.open(url!, { ...PROJECTOR, viewport: { width: 1280, height: 560 } });
  const phone = await browser.open(url!, CHINESE_PHONE);
  const [one, oneTarget] = await world.connect();
  const [two, twoTarget] = await world.connect();
  /** Passes one read through the relay, whose page shows so much of it. */
  const pass = async (from: Deno.Conn, to: Deno.Conn, text: string, name: string) => {
    await from.write(bytes(text));
    await take(to, bytes(text).length);
    await laptop.getByRole("button", { name, exact: true }).last().waitFor();
  };
  await pass(two, twoTarget, "switch the light on, ple", "switch the light on, ple…");
  await pass(one, oneTarget, "one\ntwo\nthree\n", "three");
  await pass(two, twoTarget, "ase\n", "switch the light on, please");
  await pass(twoTarget, two, "done\n", "done");
  await pass(oneTarget, one, "ok one\nok two\n", "ok two");
  await pass(oneTarget, one, "ok three\n", "ok three");
  await pass(one, oneTarget, "你好\n", "你好");
  await pass(oneTarget, one, "你好！\n", "你好！");
  await laptop.getByRole("button", { name: "switch the light on, please" }).click();
  await laptop.locator(".strip").first().evaluate((strip) => strip.scrollLeft = 0);
  await laptop.locator(".strip").last().evaluate((strip) => strip.scrollLeft = 0);
  await laptop.getByRole("button", { name: "two", exact: true }).click();
  await laptop.mouse.move(0, 0);
  await phone.locator(".strip").last().evaluate((strip) => strip.scrollLeft = 0);
  await phone.getByRole("button", { name: "two", exact: true }).tap();
  await picture(laptop, "frames");
  await picture(phone, "frames-phone");
  for (const conn of [one, oneTarget, two, twoTarget]) conn.close();
}

/** A lesson, some segments after its beginning. */
async function drawLab(
  lesson: string,
  name: string,
  steps: number,
  options: BrowserContextOptions,
): Promise<void> {
  await using server = await withPage(["lab", lesson]);
  const page = await browser.open(server.url, { ...options, reducedMotion: "reduce" });
  for (let step = 1; step <= steps; step++) {
    await page.getByRole("listitem").nth(step - 1).waitFor();
    if (step < steps) await page.getByRole("button", { name: /^(step|单步)$/ }).click();
  }
  await picture(page, name);
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
