import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { browsing, PHONE, type ServerWithPage, withPage } from "./support/browser.ts";
import { Member } from "./support/chat.ts";
import { has, LOOPBACK, PYTHON, python } from "./support.ts";

/** Starts a chat with a page. */
const chatWithPage = (...options: string[]): Promise<ServerWithPage> =>
  withPage(["chat", "serve", "127.0.0.1:0", ...options]);

const field = (page: Page) => page.getByRole("textbox", { name: "message", exact: true });
const log = (page: Page) => page.getByRole("log");

/** Waits until the log has a line with this text, and nothing else in it. */
const reads = (page: Page, text: string) => log(page).getByText(text, { exact: true }).waitFor();

/** Waits until the page's tab says so. */
const titled = (page: Page, title: string) =>
  page.locator(`xpath=//title[. = "${title}"]`).waitFor({ state: "attached" });

/** Types a line and sends it. */
async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** Takes a name, and waits until the server has told it. */
async function take(page: Page, nick: string): Promise<void> {
  await say(page, `/nick ${nick}`);
  await log(page).getByText(new RegExp(`^guest\\d is now ${nick}$`)).waitFor();
}

browsing("two browsers, nc and a tutorial's client talk, each in its own encoding", async (browser) => {
  await using server = await chatWithPage("-e", "gbk");
  const amy = await browser.open(server.url);
  await take(amy, "amy");
  const ming = await browser.open(server.url, { ...PHONE, locale: "zh-CN" });
  await ming.getByRole("button", { name: "lobby" }).tap();
  await ming.getByRole("textbox", { name: "名字" }).fill("小明");
  await ming.getByRole("button", { name: "改名" }).tap();
  await reads(amy, "guest2 is now 小明");
  await ming.getByRole("button", { name: /^lobby · \d/ }).tap();
  using nc = await Member.dial(server, "gbk");
  await nc.take("bob");
  await using tutorial = has(PYTHON) ? python("chat_free_client", [LOOPBACK, server.port]) : undefined;
  await tutorial?.write("hi from Python\n");
  if (tutorial) {
    assertMatch(await nc.hears(), /^guest\d: hi from Python$/);
    await reads(amy, "hi from Python");
  }

  const message = ming.getByRole("textbox", { name: "消息", exact: true });
  await message.fill("你好，大家好！");
  await ming.getByRole("button", { name: "发送" }).tap();
  assertEquals(await nc.hears(), "小明: 你好，大家好！");
  if (tutorial) await tutorial.sees(/小明: 你好，大家好！/);
  await reads(amy, "你好，大家好！");
  await reads(ming, "你好，大家好！");

  await nc.say("hello everybody");
  for (const page of [amy, ming]) await reads(page, "hello everybody");
  await say(amy, "/me waves");
  assertEquals(await nc.hears(), "** amy waves");
  await reads(ming, "waves");
  await server.write("welcome\n");
  for (const page of [amy, ming]) await reads(page, "welcome");
});

browsing("rooms, private words and who is here work by hand as by command", async (browser) => {
  await using server = await chatWithPage();
  using bob = await Member.join(server, "bob");
  await bob.say("/join dev", "first");
  const page = await browser.open(server.url);
  const side = page.getByRole("complementary");
  await side.getByRole("button", { name: "dev 1" }).click();
  await reads(page, "first");
  await reads(page, "in dev: bob, guest2");
  await bob.until("guest2 has joined");
  // The number at one's own room is that of the list, at once.
  await side.getByRole("button", { name: "dev 2" }).waitFor();
  {
    using ann = await Member.join(server, "ann");
    await ann.say("/join dev");
    await reads(page, "ann has joined");
    assertEquals(await side.getByRole("button", { name: /^dev/ }).innerText(), "dev\n3");
    await bob.until("ann has joined");
  }
  await bob.until("ann has left");
  await side.getByRole("button", { name: "dev 2" }).waitFor();

  await side.getByRole("button", { name: "bob" }).click();
  await field(page).pressSequentially("psst");
  await page.getByRole("button", { name: "send" }).click();
  assertEquals(await bob.line(), "* [private] guest2: psst");
  await log(page).getByText("to bob alone").waitFor();
  await bob.say("/msg guest2 what?");
  await log(page).getByText("to you alone").waitFor();
  await reads(page, "what?");

  await side.getByRole("textbox", { name: "another room" }).fill("night watch");
  await side.getByRole("textbox", { name: "another room" }).press("Enter");
  await reads(page, "in night-watch: guest2");
  await bob.until("guest2 has left");
  for (
    const [command, answer] of [["/who", "in night-watch: guest2"], [
      "/nix",
      "there is no /nix: /help lists what there is",
    ]]
  ) {
    await say(page, command);
    await log(page).getByText(answer, { exact: true }).last().waitFor();
  }
  await say(page, "//etc is a folder");
  await reads(page, "/etc is a folder");
  await say(page, "/quit");
  await page.getByRole("alert").getByText("This page has left the server.").waitFor();
  await page.getByRole("button", { name: "Connect again" }).click();
  await page.getByRole("status").getByText("connected", { exact: true }).waitFor();
  await side.getByRole("button", { name: "night-watch 1" }).waitFor();
});

browsing("what others send is shown as text, whatever it is", async (browser) => {
  await using server = await chatWithPage();
  using bob = await Member.join(server, "bob");
  const page = await browser.open(server.url);
  await page.getByText("Nobody has said anything here yet.").waitFor();
  const html = "<img src=x onerror=alert(1)><script>alert(2)</script> &amp; \x1b[31mred\u202e";
  await bob.say(html, "a  b\tc");
  await reads(page, "<img src=x onerror=alert(1)><script>alert(2)</script> &amp; ^[[31mred<U+202E>");
  assertEquals(await log(page).locator("img, script").count(), 0);
  assertEquals(await log(page).getByText("a b c").last().evaluate((line) => line.textContent), "a  b\tc");

  await bob.say("long".repeat(900));
  await log(page).getByText("longlong").waitFor();
  const { scrollWidth, clientWidth } = await log(page).evaluate((log) => log);
  assertEquals(scrollWidth, clientWidth);
});

browsing("Enter sends, but not one of an input method, and Shift+Enter begins a line", async (browser) => {
  await using server = await chatWithPage();
  using bob = await Member.join(server, "bob");
  const page = await browser.open(server.url);
  const typed = field(page);
  await typed.fill("ni hao");
  await typed.dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await typed.dispatchEvent("keydown", { key: "Enter", keyCode: 229 });
  assertEquals(await typed.inputValue(), "ni hao");
  await typed.press("Shift+Enter");
  await page.keyboard.type("second line");
  await typed.press("Enter");
  assertEquals([await bob.hears(), await bob.hears()], ["guest2: ni hao", "guest2: second line"]);
  assertEquals(await typed.inputValue(), "");
});

browsing("the chat's page needs no mouse", async (browser) => {
  await using server = await chatWithPage();
  using bob = await Member.join(server, "bob");
  const page = await browser.open(server.url);
  await page.getByRole("button", { name: "bob" }).waitFor();
  const focused = page.locator(":focus");
  const names: string[] = [];
  while (names.at(-1) !== "send") {
    await page.keyboard.press("Tab");
    names.push(await focused.getAttribute("aria-label") ?? await focused.innerText());
  }
  assertEquals(names, [
    ...["中文", "name", "change", "lobby\n3", "another room", "go", "bob", "server"],
    ...["what was said", "message", "send"],
  ]);
  while (await focused.innerText() !== "bob") await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.type("psst");
  await page.keyboard.press("Enter");
  await bob.until("* [private] guest2: psst");
});

browsing("a thousand quick lines are shown, and do not move the log for who reads", async (browser) => {
  await using server = await chatWithPage("--rate", "0");
  using bob = await Member.join(server, "bob");
  const page = await browser.open(server.url);
  await bob.until("guest2 has joined");
  await bob.say(...Array.from({ length: 1_500 }, (_, i) => `line ${i + 1}.`));
  await reads(page, "line 1500.");
  const { scrollTop, scrollHeight, clientHeight, lines } = await log(page).evaluate((log) => ({
    ...{ scrollTop: log.scrollTop, scrollHeight: log.scrollHeight, clientHeight: log.clientHeight },
    lines: log.querySelectorAll(".entry").length,
  }));
  assert(scrollHeight - scrollTop - clientHeight < 40, "the log is not at its end");
  assert(lines > 900 && lines <= 1_000, `${lines} lines`);
  assertEquals(await log(page).getByText(" missed").count(), 0);

  await log(page).evaluate((log) => log.scrollTop = 0);
  await bob.say("look");
  await page.getByRole("button", { name: "1 new line" }).waitFor();
  assertEquals(await log(page).evaluate((log) => log.scrollTop), 0);
  await page.getByRole("button", { name: "1 new line" }).click();
  await page.getByRole("button", { name: "1 new line" }).waitFor({ state: "detached" });
});

browsing("a page loaded again is who and where it was, and hears the last lines again", async (browser) => {
  await using server = await chatWithPage();
  using bob = await Member.join(server, "bob");
  const page = await browser.open(server.url);
  await take(page, "zoe");
  await say(page, "/join dev");
  await bob.say("/join dev", "hello");
  await reads(page, "hello");
  await page.reload();
  await reads(page, "hello");
  await say(page, "here again");
  assertEquals(await bob.hears(), "zoe: here again");
});

browsing("a page that nobody looks at counts in its title what others have said", async (browser) => {
  await using server = await chatWithPage();
  using bob = await Member.join(server, "bob");
  const page = await browser.open(server.url);
  await bob.until("guest2 has joined");
  await titled(page, "lobby – Chat – pinwire");
  // Playwright has every page believe that it is looked at.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setFocusEmulationEnabled", { enabled: false });
  const other = await page.context().newPage();
  await other.bringToFront();
  await bob.say("one", "/msg guest2 two", "/me is three");
  await titled(page, "(3) lobby – Chat – pinwire");
  await page.bringToFront();
  await devtools.send("Emulation.setFocusEmulationEnabled", { enabled: true });
  await titled(page, "lobby – Chat – pinwire");
});

browsing("a page that stood still, as in a pocket, comes back with what it missed", async (browser) => {
  await using server = await chatWithPage();
  using bob = await Member.join(server, "bob");
  const page = await browser.open(server.url);
  await take(page, "zoe");
  await bob.until("is now zoe");
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Debugger.enable");
  await devtools.send("Debugger.pause");
  await server.next("disconnected");
  await bob.say("are you there?");
  await devtools.send("Debugger.resume");
  await devtools.detach();
  await reads(page, "are you there?");
  await log(page).getByText(/^back after \d+ s$/).waitFor();
  assertEquals(await log(page).getByText("are you there?").count(), 1);
  await say(page, "here I am");
  assertEquals(await bob.hears(), "zoe: here I am");
});
