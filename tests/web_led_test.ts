import { assert, assertEquals } from "@std/assert";
import { runPinwire, tempDir } from "./support.ts";
import { browsing, PHONE, withPage } from "./support/browser.ts";
import { addressOf } from "./support/http.ts";
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

browsing("a page over TLS works as one without", async (browser) => {
  await using dir = await tempDir();
  await runPinwire(["cert", "127.0.0.1", "--out", dir.path]);
  const tls = ["--tls-cert", `${dir.path}/pinwire-cert.pem`, "--tls-key", `${dir.path}/pinwire-key.pem`];
  await using server = await withPage(["led", "serve", "127.0.0.1:0", ...tls]);
  const trusted = ["--ca", `${dir.path}/pinwire-cert.pem`];
  await using lamp = await agent(server.address, "lamp", ...trusted);
  await next(lamp, "state");
  const page = await browser.open(server.url, { ignoreHTTPSErrors: true });
  await page.getByRole("group", { name: "lamp" }).getByRole("button", { name: "on", exact: true }).click();
  assertEquals((await next(lamp, "state")).on, true);
});

browsing(
  "a page that another site frames, or whose socket it opens, stays out of its reach",
  async (browser) => {
    await using server = await withPage(["led", "serve", "127.0.0.1:0"]);
    const { host, token } = addressOf(server);
    await using evil = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () =>
      new Response(
        `<iframe src="${server.url}"></iframe><script>
        const socket = new WebSocket("ws://${host}/ws", ["pinwire", "${token}"]);
        socket.onclose = () => document.title = "refused";
        socket.onopen = () => document.title = "open";
      </script>`,
        { headers: { "Content-Type": "text/html" } },
      ));
    const page = await browser.open(`http://localhost:${evil.addr.port}/`);
    await page.waitForFunction("document.title !== ''");
    assertEquals(await page.title(), "refused");
    const frame = page.frames().find((frame) => frame !== page.mainFrame());
    assertEquals(await frame!.getByRole("main").count(), 0);
    const problems = browser.takeProblems();
    assert(
      problems.some((problem) => /frame-ancestors|refused to connect/i.test(problem)),
      problems.join("\n"),
    );
    assert(problems.some((problem) => problem.includes("403")), problems.join("\n"));
  },
);
