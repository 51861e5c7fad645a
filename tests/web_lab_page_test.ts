import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { assertLooksGood, EYES } from "./support/axe.ts";
import { type Browser, browsing, PHONE, withPage } from "./support/browser.ts";
import { HAS_PRIVATE_NETWORKS } from "./support/lab.ts";

/** What is needed besides a browser. */
const LACKS = HAS_PRIVATE_NETWORKS ? "" : " (needs private networks)";

/** A test of a lesson's page. */
function lessonPage(
  name: string,
  lesson: string,
  fn: (browser: Browser, url: string) => Promise<void>,
): void {
  if (LACKS) return Deno.test({ name: name + LACKS, ignore: true, fn() {} });
  browsing(name, async (browser) => {
    await using server = await withPage(["lab", lesson]);
    await fn(browser, server.url);
  });
}

const segments = (page: Page) => page.getByRole("log").getByRole("listitem");
const arrows = (page: Page) => page.getByRole("img").locator(".packet");
const state = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

lessonPage(
  "the page of lab handshake steps from segment to segment, with both ends' states and what each segment means",
  "handshake",
  async (browser, url) => {
    const page = await browser.open(url);
    const phone = await browser.open(url, PHONE);
    await page.getByRole("heading", { name: "Lab: handshake" }).waitFor();
    await segments(page).getByText("I want to talk").waitFor();
    assertEquals(await segments(page).count(), 1);
    await state(page, "state of the client").getByText("SYN_SENT").waitFor();
    await state(page, "state of the server").getByText("LISTEN", { exact: true }).waitFor();

    await page.getByRole("button", { name: "step" }).click();
    await segments(page).nth(1).getByText("agreed; mine start at").waitFor();
    await state(page, "state of the server").getByText("It waits for the third segment").waitFor();
    // A lecture's phones see what its projector does, and one of them may go on too.
    await segments(phone).nth(1).getByText("SYN+ACK seq 0 ack 1").waitFor();
    await phone.getByRole("button", { name: "step" }).tap();
    await segments(page).nth(2).getByText("now both know that both can hear").waitFor();
    await page.keyboard.press("ArrowRight");
    await segments(page).nth(3).getByText('5 bytes "hello"').waitFor();
    await arrows(page).nth(3).getByText("PSH+ACK seq 1 ack 1").waitFor();
    assertEquals([await segments(page).count(), await arrows(page).count()], [4, 4]);
  },
);

lessonPage(
  "the page of lab states plays by itself, can be stopped, and goes back to the start and on by steps",
  "states",
  async (browser, url) => {
    const page = await browser.open(url, { locale: "zh-CN" });
    const [step, play] = ["单步", "播放"].map((name) => page.getByRole("button", { name }));
    await segments(page).first().waitFor();
    await play.click();
    await segments(page).nth(2).getByText("收到：现在双方都知道对方听得见").waitFor();
    await page.getByRole("button", { name: "暂停" }).click();
    assert(await segments(page).count() < 9);
    await page.getByRole("button", { name: "回到开头" }).click();
    await segments(page).nth(1).waitFor({ state: "detached" });
    await segments(page).getByText("我想建立连接").waitFor();
    await page.getByRole("heading", { name: "1. 一方先关闭：十一种状态中的十种" }).waitFor();
    await step.click();
    // A key that comes when there is no further step does nothing.
    while (await step.isEnabled()) await page.keyboard.press("ArrowRight");
    await page.getByRole("log").getByText("十一种状态都走到了").waitFor();
    await state(page, "客户端的状态").getByText("TIME_WAIT").waitFor();
    await state(page, "服务器的状态").getByText("TIME_WAIT").waitFor();
    assertEquals(await play.isDisabled(), true);
    assertEquals(await segments(page).count(), await arrows(page).count());

    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("log").getByText("These are all eleven.").waitFor();
  },
);

lessonPage(
  "the page of lab loss shows what is lost and comes again, and whoever comes late is shown all of it",
  "loss",
  async (browser, url) => {
    const page = await browser.open(url);
    await segments(page).getByText("lost", { exact: true }).waitFor();
    await page.getByRole("button", { name: "step" }).click();
    await segments(page).nth(1).getByText(/^no answer for \d+ ms: once more$/).waitFor();
    const late = await browser.open(url, { ...PHONE, reducedMotion: "reduce" });
    await segments(late).nth(1).getByText("again", { exact: true }).waitFor();
    assertEquals(await arrows(late).locator(".cross").count(), 2);
    await late.reload();
    await segments(late).nth(1).getByText("again", { exact: true }).waitFor();
  },
);

lessonPage("axe-core finds nothing to mend in the lab's pages", "pitfalls", async (browser, url) => {
  for (const eyes of EYES) {
    const page = await browser.open(url, { reducedMotion: "reduce", ...eyes });
    for (let count = 1; count <= 5; count++) {
      await segments(page).nth(count - 1).waitFor();
      await page.getByRole("button", { name: /^(step|单步)$/ }).click();
    }
    await assertLooksGood(page, eyes);
    await page.context().close();
  }
});
