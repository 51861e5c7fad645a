import { assertEquals, assertMatch } from "@std/assert";
import { refusal } from "./support.ts";
import { withPage } from "./support/page_server.ts";
import { HAS_PRIVATE_NETWORKS } from "./support/lab.ts";
import { PageSocket } from "./support/page_socket.ts";

const ignore = !HAS_PRIVATE_NETWORKS;
const SEGMENT = /"event":"segment"/;

Deno.test({
  name:
    "lab handshake --web tells pages of a segment at a time, until one lets all pass, and says what each means",
  ignore,
  async fn() {
    await using lesson = await withPage(["lab", "handshake"]);
    await using page = await PageSocket.open(lesson.url);
    assertMatch(await page.next(SEGMENT), /"flags":\["SYN"\]/);
    page.say("anything else");
    page.say("step");
    assertMatch(await page.next(SEGMENT), /"flags":\["SYN","ACK"\]/);
    page.say("step");
    assertMatch(await page.next(SEGMENT), /"from":"client","flags":\["ACK"\]/);
    assertEquals(page.lines, []);
    page.say("play");
    await page.next(/"state":"CLOSED"/);
    // What was is told to who comes late.
    await using late = await PageSocket.open(lesson.url);
    assertMatch(await late.next(/./), /"call":"listen\(\)"/);
    await late.next(/"state":"CLOSED"/);
    assertEquals((await lesson.stop()).code, 0);
    assertEquals([await page.closed, await late.closed], [1001, 1001]);
    const told = lesson.events.map(({ event }) => event);
    assertEquals(told.filter((event) => event === "connected" || event === "message"), []);
  },
});

Deno.test("lab --web is for a lesson that is played, without --step", async () => {
  const web = ["--web", "127.0.0.1:0"];
  assertMatch(
    await refusal(["lab", "handshake", "talk.pcapng", ...web], 2),
    /--web is for a connection that is made/,
  );
  assertMatch(await refusal(["lab", "states", "8080", ...web], 2), /--web is for the walk/);
  assertMatch(
    await refusal(["lab", "handshake", "--web-host", "pi.test"], 2),
    /--web-host is for a page: add --web/,
  );
  assertMatch(await refusal(["lab", "handshake", "--step", ...web], 2), /--step has no --web/);
});
