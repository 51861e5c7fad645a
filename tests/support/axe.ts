import { assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { PHONE } from "./browser.ts";

/** What people look at pages with. */
export const EYES = [
  { locale: "en-US", colorScheme: "light" },
  { locale: "zh-CN", colorScheme: "dark" },
  { ...PHONE, locale: "zh-CN", colorScheme: "light" },
  { ...PHONE, locale: "en-US", colorScheme: "dark" },
] as const;

/** Fails if axe-core finds something to mend in a page as it is now, or the page is wider than its window. */
export async function assertLooksGood(page: Page, eyes: typeof EYES[number]): Promise<void> {
  assertEquals(await accessibilityProblems(page), [], JSON.stringify(eyes));
  const { scrollWidth, clientWidth } = await page.locator("html").evaluate((html) => html);
  assertEquals(scrollWidth, clientWidth, "the page is wider than its window");
}

/** What axe-core finds wrong with a page as it is now, each with the element and what is the matter. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // The page's own Content-Security-Policy lets no script in by any other way.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Runtime.evaluate", { expression: axe.source });
  await devtools.detach();
  const found: AxeResults = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`)
  );
}

interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}
