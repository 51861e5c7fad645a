/**
 * A real browser for tests of pages: Chromium without a window, driven by Playwright. A test that uses it is skipped,
 * and says so in its name, where there is none.
 *
 *     import { browsing, PHONE, withPage } from "./support/browser.ts";
 *
 *     browsing("an LED is switched in the page", async (browser) => {
 *       await using server = await withPage(["led", "serve", "127.0.0.1:0"]);
 *       const page = await browser.open(server.url, PHONE);
 *       await page.getByRole("button", { name: "on" }).tap();
 *       await page.getByText("on", { exact: true }).waitFor();
 *     });
 *
 * - `open` gives a page of Playwright's (https://playwright.dev/docs/api/class-page) in a browser session of its own, as
 *   another person's: what one stores, the other doesn't see. Its options are those of `browser.newContext`: `PHONE`,
 *   `{ locale: "zh-CN" }`, `{ colorScheme: "dark" }` …
 * - Locators wait by themselves (`click`, `tap`, `fill`, `waitFor`), so nothing else does: no sleeps, no
 *   `waitForTimeout`. Find things as people do: `getByRole`, `getByLabel`, `getByText`.
 * - The test fails if a page has logged an error, thrown one, or broken its Content-Security-Policy.
 * - `server.next("state")` and the like wait for an event of the server's `--json`, as ever.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  type Browser as PlaywrightBrowser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { isRoot, pathOf } from "./machine.ts";

export { type ServerWithPage, withPage } from "./page_server.ts";

const CHROMIUM = ["chromium", "chromium-browser", "google-chrome"].map(pathOf).find(Boolean);

/** Ms that a locator waits for what isn't there. */
const PATIENCE = 20_000;

/** A phone, held upright. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

/** A browser that several people use. */
export class Browser implements AsyncDisposable {
  #browser: PlaywrightBrowser;
  #problems: string[] = [];

  private constructor(browser: PlaywrightBrowser) {
    this.#browser = browser;
  }

  static async start(): Promise<Browser> {
    const args = isRoot ? ["--no-sandbox"] : [];
    return new Browser(await chromium.launch({ executablePath: CHROMIUM, args }));
  }

  /** Opens a page, as somebody else each time. */
  async open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ locale: "en-US", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.#problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && this.#problems.push(message.text()));
    await page.goto(url);
    return page;
  }

  /**
   * What went wrong in the pages since this was called last.
   *
   * @param expected what is no problem here, such as a server that has gone
   */
  takeProblems(expected?: RegExp): string[] {
    const problems = this.#problems.filter((problem) => !expected?.test(problem));
    this.#problems = [];
    return problems;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** A test that needs a browser. */
export function browsing(name: string, fn: (browser: Browser) => Promise<void>): void {
  Deno.test({
    name: CHROMIUM ? name : `${name} (needs Chromium)`,
    ignore: !CHROMIUM,
    async fn() {
      await using browser = await Browser.start();
      await fn(browser);
      assertEquals(browser.takeProblems(), []);
    },
  });
}
