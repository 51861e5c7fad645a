import { assertEquals, assertMatch } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { browsing, PHONE, type ServerWithPage, withPage } from "./support/browser.ts";
import { LOOPBACK, tempDir } from "./support.ts";
import { agent, next, Peer, reports } from "./support/led.ts";

/** Starts a controller with a page. */
const controllerWithPage = (...options: string[]): Promise<ServerWithPage> =>
  withPage(["led", "serve", "127.0.0.1:0", ...options]);

/** What the page has of one device. */
const deviceIn = (page: Page, name: string) => page.getByRole("group", { name, exact: true });

/** A button of a device, or of all. */
const button = (page: Page, device: string, word: string) =>
  deviceIn(page, device).getByRole("button", { name: word, exact: true });

/** Waits until the page has this word for a device's state, outside the buttons. */
const shows = (page: Page, device: string, word: string) =>
  deviceIn(page, device).getByRole("paragraph").getByText(word, { exact: true }).waitFor();

/** What an element looks like, by the name of a CSS property. */
const styleOf = (locator: Locator, name: string): Promise<string> =>
  locator.evaluate(
    (element, name) => element.ownerDocument.defaultView!.getComputedStyle(element).getPropertyValue(name),
    name,
  );

browsing(
  "an LED is switched in the page, by a click and by a thumb, and every page sees it",
  async (browser) => {
    await using server = await controllerWithPage();
    await using lamp = await agent(server.address, "lamp");
    await using _kitchen = await agent(server.address, "kitchen");
    await reports(server, "lamp", false);
    const page = await browser.open(server.url);
    const phone = await browser.open(server.url, PHONE);
    await shows(page, "lamp", "off");
    await next(lamp, "state");

    await button(page, "lamp", "on").click();
    assertEquals((await next(lamp, "state")).on, true);
    await shows(page, "lamp", "on");
    await shows(phone, "lamp", "on");

    await button(phone, "lamp", "toggle").tap();
    assertEquals((await next(lamp, "state")).on, false);
    await shows(page, "lamp", "off");
    await shows(phone, "kitchen", "off");

    await button(phone, "all", "on").tap();
    await shows(page, "kitchen", "on");
    await shows(page, "lamp", "on");
    await button(page, "all", "off").click();
    await shows(phone, "kitchen", "off");
  },
);

browsing("a device blinks at the rate of the page's field, and Enter does it too", async (browser) => {
  await using server = await controllerWithPage();
  await using lamp = await agent(server.address, "lamp");
  const page = await browser.open(server.url);
  await button(page, "lamp", "blink").click();
  await deviceIn(page, "lamp").getByText("blinking at 2 Hz").waitFor();
  const rate = deviceIn(page, "lamp").getByRole("spinbutton");
  await rate.fill("40");
  await rate.press("Enter");
  await deviceIn(page, "lamp").getByText("blinking at 40 Hz").waitFor();
  for (let i = 0; i < 10; i++) await next(lamp, "state");
  // It is not drawn as fast as that, which could cause seizures, and not at all where motion is unwelcome.
  const light = deviceIn(page, "lamp").locator("circle").first();
  assertEquals(await styleOf(light, "animation-duration"), "0.333333s");
  await page.emulateMedia({ reducedMotion: "reduce" });
  assertEquals(await styleOf(light, "animation-name"), "none");

  await rate.fill("51");
  await button(page, "lamp", "blink").click();
  assertEquals(await rate.and(page.locator(":out-of-range")).isVisible(), true);
  await shows(page, "lamp", "on");
});

browsing(
  "a device gets another name in the page, and the page says why one can't be had",
  async (browser) => {
    await using server = await controllerWithPage();
    await using _lamp = await agent(server.address, "lamp");
    await using _kitchen = await agent(server.address, "kitchen");
    const page = await browser.open(server.url);
    await shows(page, "kitchen", "off");
    await button(page, "lamp", "rename").click();
    await page.keyboard.type("reading lamp");
    await page.keyboard.press("Enter");
    await shows(page, "reading-lamp", "off");
    // The focus is where it was before.
    await button(page, "reading-lamp", "rename").and(page.locator(":focus")).waitFor();

    await button(page, "reading-lamp", "rename").click();
    await page.getByLabel("name", { exact: true }).fill("kitchen");
    await page.getByRole("button", { name: "save" }).click();
    await page.getByRole("alert").getByText(/kitchen is number \d: choose another name/).waitFor();
    await page.getByRole("alert").getByRole("button", { name: "close" }).click();
    await page.getByRole("alert").getByText("kitchen is number").waitFor({ state: "detached" });

    await button(page, "kitchen", "rename").click();
    await page.keyboard.press("Escape");
    await shows(page, "kitchen", "off");
  },
);

browsing(
  "a page without devices says what to type, and shows each that comes, goes and comes back",
  async (browser) => {
    await using server = await controllerWithPage();
    const page = await browser.open(server.url);
    await page.getByText("No device has called in yet.").waitFor();
    assertMatch(await page.locator("main").innerText(), /pinwire led agent ADDRESS/);
    await page.getByText(`pinwire led agent ${LOOPBACK}:${server.port} --gpio simulated`).waitFor();
    {
      await using _lamp = await agent(server.address, "lamp");
      await shows(page, "lamp", "off");
    }
    await shows(page, "lamp", "away");
    await button(page, "lamp", "on").click();
    await page.getByRole("alert").getByText("lamp is away: it will be told when it comes back").waitFor();
    await shows(page, "lamp", "on when it is back");
    await shows(page, "lamp", "away");
    await using _lamp = await agent(server.address, "lamp");
    await shows(page, "lamp", "on");

    // The tutorial's client says nothing of itself.
    using plain = await Peer.dial(server);
    await button(page, "2", "on").click();
    assertEquals(await plain.line(), "on");
    await deviceIn(page, "2").getByText("was told on").waitFor();
    await shows(page, "2", "unknown");
  },
);

browsing("the page is in the browser's language, or in the other one for good", async (browser) => {
  await using server = await controllerWithPage();
  await using _lamp = await agent(server.address, "厨房");
  const page = await browser.open(server.url, { ...PHONE, locale: "zh-CN" });
  await button(page, "厨房", "开").tap();
  await shows(page, "厨房", "亮");
  for (const word of ["关", "切换", "闪烁"]) await button(page, "厨房", word).tap();
  await page.getByText("每秒闪 2 次").waitFor();
  assertEquals(await page.locator("html").getAttribute("lang"), "zh-Hans");
  await page.getByRole("button", { name: "English" }).tap();
  await button(page, "厨房", "off").tap();
  await shows(page, "厨房", "off");
  await page.reload();
  await shows(page, "厨房", "off");
  assertEquals(await page.locator("html").getAttribute("lang"), "en");
});

browsing("the page needs no mouse", async (browser) => {
  await using server = await controllerWithPage();
  await using _lamp = await agent(server.address, "lamp");
  const page = await browser.open(server.url);
  await shows(page, "lamp", "off");
  const focused = page.locator(":focus");
  const names: string[] = [];
  for (let i = 0; i < 7; i++) {
    await page.keyboard.press("Tab");
    names.push(await focused.getAttribute("aria-label") ?? await focused.innerText());
    // Who doesn't see the focus doesn't know what Enter will do.
    assertEquals(await styleOf(focused, "outline-style"), "solid");
    if (names.at(-1) === "on") await page.keyboard.press("Enter");
    if (names.at(-1) === "toggle") await page.keyboard.press("Space");
  }
  assertEquals(names, ["中文", "rename", "on", "off", "toggle", "blink", "Hz, how often to blink a second"]);
  await shows(page, "lamp", "off");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await deviceIn(page, "lamp").getByText("blinking at 2 Hz").waitFor();
});

browsing("what a finger has to hit in the page is 44 px high", async (browser) => {
  await using server = await controllerWithPage();
  await using _lamp = await agent(server.address, "lamp");
  const page = await browser.open(server.url, PHONE);
  await shows(page, "lamp", "off");
  for (const target of await page.locator("button, input").all()) {
    const { width = 0, height = 0 } = await target.boundingBox() ?? {};
    assertEquals(
      [width >= 44, height >= 44],
      [true, true],
      await target.evaluate((element) => element.outerHTML),
    );
  }
});

browsing(
  "a page whose key isn't the server's says what to do, and takes the address with the new one",
  async (browser) => {
    await using server = await controllerWithPage();
    await using _lamp = await agent(server.address, "lamp");
    const page = await browser.open(server.url.replace(/#.*/, ""));
    await page.getByRole("alert").getByText("Open it again from there.").waitFor();
    await page.getByRole("status").getByText("not let in").waitFor();
    // It would be refused again.
    assertEquals(await page.getByRole("button", { name: "Connect again" }).count(), 0);
    await page.goto(`${server.url}x`);
    await page.getByRole("status").getByText("not let in").waitFor();
    let problems = browser.takeProblems();
    while (!problems.length) {
      // The browser tells of it when it likes.
      await page.title();
      problems = browser.takeProblems();
    }
    assertMatch(problems.join("\n"), /^WebSocket .*HTTP Authentication failed/);
    // In the same tab, the page is not loaded anew.
    await page.goto(server.url);
    await shows(page, "lamp", "off");
    assertEquals(page.url(), server.url.replace(/#.*/, ""));
    await page.reload();
    await shows(page, "lamp", "off");
  },
);

browsing("a page for which there is no place has one once another has left", async (browser) => {
  await using server = await controllerWithPage("--max-clients", "1");
  const first = await browser.open(server.url);
  await first.getByText("No device has called in yet.").waitFor();
  const second = await browser.open(server.url);
  await second.getByRole("status").getByText("connection lost, trying again …").waitFor();
  assertMatch((await server.next("error")).message!, /1 at a time is the limit/);
  await first.close();
  await second.getByText("No device has called in yet.").waitFor();
});

browsing("a page whose server has gone says so, and is back with it", async (browser) => {
  await using folder = await tempDir();
  const options = ["--web", `${LOOPBACK}:${freePort()}`, "--token-file", `${folder.path}/token`];
  await using first = await controllerWithPage(...options);
  const page = await browser.open(first.url);
  await page.getByText("No device has called in yet.").waitFor();
  {
    await using _lamp = await agent(first.address, "lamp", "--token-file", `${folder.path}/token`);
    await button(page, "lamp", "blink").click();
    await shows(page, "lamp", "blinking at 2 Hz");
    await first.stop();
  }
  await page.getByRole("status").getByText("connection lost, trying again …").waitFor();
  // Nobody knows any more what it is, nor can anybody switch it.
  await shows(page, "lamp", "unknown");
  assertEquals(await page.getByText(/blinking at/).count(), 0);
  assertEquals(await page.locator("main :enabled").count(), 0);
  await using second = await controllerWithPage(...options);
  await page.getByRole("status").getByText("connected", { exact: true }).waitFor();
  assertEquals(second.url, first.url);
  assertEquals(browser.takeProblems(/WebSocket|ERR_CONNECTION_REFUSED/), []);
});

/** A port that was free just now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  return listener.addr.port;
}
