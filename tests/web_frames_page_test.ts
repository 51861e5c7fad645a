import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { accessibilityProblems, assertLooksGood, EYES } from "./support/axe.ts";
import { browsing, PHONE, withPage } from "./support/browser.ts";
import { ask, bytes, LOOPBACK } from "./support.ts";
import { type RelayWorld, startRelay, take } from "./support/relay.ts";

const WEB = ["--web", `${LOOPBACK}:0`];

/** A relay that cuts lines, and where its page is. */
async function relayWithPage(): Promise<RelayWorld & { url: string }> {
  const world = await startRelay(["--json", "--frame", "line", ...WEB]);
  const { url } = await world.relay.next("listening");
  return Object.assign(world, { url: url! });
}

const lane = (page: Page, peer: string) => page.getByRole("group", { name: peer, exact: true });
const block = (page: Page, peer: string, text: string) =>
  lane(page, peer).getByRole("button", { name: text, exact: true });
const inspector = (page: Page) => page.getByRole("complementary");

browsing(
  "the page of a relay shows frames that stick together and frames that are torn, both ways",
  async (browser) => {
    await using world = await relayWithPage();
    const page = await browser.open(world.url);
    await page.getByText("Nobody has connected yet").waitFor();
    assertMatch(await page.locator("pre").innerText(), /^pinwire send 127\.0\.0\.1:\d+ hello$/);
    const [client, target] = await world.connect();
    const { peer = "" } = await world.relay.next("connected");
    await lane(page, peer).getByText("connected, and silent so far").waitFor();

    await client.write(bytes("one\ntwo\nthr"));
    await take(target, 11);
    await lane(page, peer).getByText("11 bytes · 2 frames stuck · torn").waitFor();
    await block(page, peer, "two").click();
    await inspector(page).getByText("2 frames came in this one read").waitFor();
    await inspector(page).getByText("0004 74 77 6f 0a").waitFor();
    await block(page, peer, "thr…").hover();
    await inspector(page).getByText("the frame goes on in a later read").waitFor();

    await client.write(bytes("ee\n"));
    await take(target, 3);
    // The end of a torn frame is named by all of it.
    await block(page, peer, "three").focus();
    await inspector(page).getByText("the rest of a frame that began in an earlier read").waitFor();
    await target.write(bytes("你好\n"));
    await take(client, 7);
    await block(page, peer, "你好").click();
    await inspector(page).getByText("from the server").waitFor();

    client.close();
    target.close();
    await lane(page, peer).getByText("closed").waitFor();
  },
);

browsing(
  "what has stuck together can't be missed: it is said once it is out of sight, and a click shows it",
  async (browser) => {
    await using server = await withPage(["echo", "serve", `${LOOPBACK}:0`, "--frame", "line"]);
    for (const look of [{}, PHONE]) {
      const page = await browser.open(server.url, look);
      using client = await Deno.connect({ hostname: LOOPBACK, port: server.port });
      const { peer = "" } = await server.next("connected");
      await lane(page, peer).waitFor();
      await ask(client, "one\ntwo\n");
      for (let i = 0; i < 9; i++) await ask(client, `line ${i}\n`);
      await lane(page, peer).getByRole("button", { name: "1 stuck read to the left" }).first().click();
      await block(page, peer, "two").waitFor();
      await block(page, peer, "one").and(page.locator(":focus")).waitFor();
      await page.getByRole("button", { name: "follow live", pressed: false }).waitFor();
      assertEquals(await accessibilityProblems(page), []);
      await page.context().close();
    }
  },
);

browsing("a page of mere reads says so, and what to do to see messages", async (browser) => {
  await using world = await startRelay(["--json", ...WEB]);
  const { url } = await world.relay.next("listening");
  const stranger = await browser.open(url!.replace(/#.*/, ""));
  await stranger.getByRole("status").getByText("not let in").waitFor();
  assertEquals(await stranger.locator(".empty").innerText(), "");
  const page = await browser.open(url!);
  const [client, target] = await world.connect();
  const { peer = "" } = await world.relay.next("connected");
  await lane(page, peer).waitFor();
  await client.write(bytes("你好\n世界\n半"));
  await take(target, 17);
  await page.getByText("start the server with --frame line").waitFor();
  await page.getByText("where messages begin and end isn't known").waitFor();
  assertEquals(await page.getByText("one frame").count(), 0);
  client.close();
  target.close();
});

browsing("the blocks of the frames' page are walked through by the arrow keys", async (browser) => {
  await using server = await withPage([
    "echo",
    "serve",
    `${LOOPBACK}:0`,
    "--frame",
    "line",
    "--reply",
    "ok {data}",
  ]);
  const page = await browser.open(server.url);
  const peers: string[] = [];
  const clients: Deno.Conn[] = [];
  for (const lines of ["one\ntwo\n", "three\nfour\n"]) {
    const client = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    clients.push(client);
    const { peer = "" } = await server.next("connected");
    peers.push(peer);
    await lane(page, peer).waitFor();
    await ask(client, lines);
  }
  const [below, above] = peers;
  const hasFocus = async (peer: string, text: string) => {
    await inspector(page).getByLabel("text").getByText(text, { exact: true }).waitFor();
    const focused = block(page, peer, text).and(page.locator(":focus"));
    await focused.waitFor();
  };
  await block(page, above, "three").click();
  for (
    const [key, peer, text] of [
      ["ArrowRight", above, "four"],
      ["ArrowRight", above, "ok three"],
      ["Home", above, "three"],
      ["ArrowDown", below, "one"],
      ["End", below, "ok two"],
      ["ArrowLeft", below, "ok one"],
      ["ArrowUp", above, "ok three"],
    ]
  ) {
    await page.keyboard.press(key);
    await hasFocus(peer, text);
  }
  await page.keyboard.press("Escape");
  await page.getByText("Point at a block").waitFor();
  // Tab stops once in each lane.
  assertEquals(await lane(page, above).locator(".block[tabindex='0']").count(), 1);
  for (const client of clients) client.close();
});

browsing(
  "the frames' page is paused, and shows one peer alone, on a phone and in Chinese",
  async (browser) => {
    await using server = await withPage(["echo", "serve", `${LOOPBACK}:0`, "--reply", "none"]);
    const page = await browser.open(server.url, { ...PHONE, locale: "zh-CN" });
    await page.getByText("还没有人连接").waitFor();
    using first = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    const { peer: one = "" } = await server.next("connected");
    await lane(page, one).waitFor();
    await first.write(bytes("hello"));
    await block(page, one, "hello").tap();
    await inspector(page).getByText("68 65 6c 6c 6f").waitFor();

    await page.getByRole("button", { name: "暂停" }).tap();
    await first.write(bytes("unseen"));
    using second = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    const { peer: two = "" } = await server.next("connected");
    await second.write(bytes("later"));
    await page.getByText("已暂停，5 个事件在等待").waitFor();
    assertEquals(await lane(page, two).count(), 0);
    await page.getByRole("button", { name: "暂停" }).tap();
    await block(page, two, "later").waitFor();
    await block(page, one, "unseen").waitFor();

    await page.getByRole("searchbox", { name: "按对端筛选" }).fill(two.split(":").at(-1)!);
    await lane(page, one).waitFor({ state: "detached" });
    await block(page, two, "later").waitFor();
    await page.getByRole("searchbox").fill("nobody");
    await page.getByText("没有符合筛选条件的对端").waitFor();
  },
);

browsing(
  "the frames' page keeps ten thousand reads, draws those in sight, and can be scrolled through",
  async (browser) => {
    await using server = await withPage(["echo", "serve", `${LOOPBACK}:0`, "--frame", "line"]);
    const page = await browser.open(server.url);
    using client = await Deno.connect({ hostname: LOOPBACK, port: server.port });
    const { peer = "" } = await server.next("connected");
    await lane(page, peer).waitFor();
    // So that none is left out, the page is waited for now and then.
    for (let i = 0; i < 5_000; i++) {
      await ask(client, `line ${i}\n`);
      if (i % 250 === 249) await page.getByText(`${(2 * i + 2).toLocaleString("en")} reads`).waitFor();
    }
    await block(page, peer, "line 4999").waitFor();
    assert(await page.locator(".block").count() < 50);
    await page.locator(".strip").evaluate((strip) => strip.scrollLeft = 0);
    await page.getByRole("button", { name: "follow live", pressed: false }).waitFor();
    await block(page, peer, "line 0").waitFor();
    assert(await page.locator(".block").count() < 50);
    await page.getByRole("button", { name: "follow live" }).click();
    await block(page, peer, "line 4999").waitFor();
  },
);

browsing("axe-core finds nothing to mend in the frames' page", async (browser) => {
  await using world = await relayWithPage();
  for (const eyes of EYES) {
    const page = await browser.open(world.url, eyes);
    await page.locator("pre").waitFor();
    await assertLooksGood(page, eyes);
    const [client, target] = await world.connect();
    await page.locator(".lane").waitFor();
    await client.write(bytes("one\ntwo\nthr"));
    await take(target, 11);
    await client.write(bytes("ee\n\n\xff\n"));
    await take(target, 6);
    await page.getByRole("button", { name: "three" }).click();
    await assertLooksGood(page, eyes);
    client.close();
    target.close();
    // Whoever closes first may find that the other has not read all.
    await page.getByText(/^(closed: |已关闭：)/).waitFor();
    await page.context().close();
  }
});
