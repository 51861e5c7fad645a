import { assertEquals } from "@std/assert";
import { pure } from "../../app/_testing.ts";
import { World } from "./_hub_testing.ts";
import { Elsewhere } from "./elsewhere.ts";

function world() {
  const on = new World();
  return { on, elsewhere: new Elsewhere(on.hub, (nick) => nick.startsWith("server-")), amy: on.join("amy") };
}

/** What a member has heard, notices that were gathered too. */
function told(on: World, amy: ReturnType<World["join"]>): string[] {
  on.hub.rooms.lobby.notice("now");
  return amy.news().filter((line) => line !== "* now" && line !== "* ");
}

pure("Elsewhere tells a room who comes, is renamed, moves and goes at another server", () => {
  const { on, elsewhere, amy } = world();
  elsewhere.hear("b", { say: "joined", nick: "bob", room: "lobby" });
  assertEquals(told(on, amy), ["* bob has joined"]);
  elsewhere.hear("b", { say: "renamed", before: "bob", nick: "rob" });
  assertEquals(told(on, amy), ["* bob is now rob"]);
  elsewhere.hear("b", { say: "joined", nick: "rob", room: "dev" });
  assertEquals(told(on, amy), ["* rob has left"]);
  assertEquals(on.hub.rooms.used().map(({ name, members }) => `${name} ${members.size}`), [
    "lobby 1",
    "dev 1",
  ]);
  elsewhere.hear("b", { say: "left", nick: "rob", why: "kicked" });
  assertEquals([told(on, amy), [...on.hub.nicks()]], [[], ["amy"]]);
  on[Symbol.dispose]();
});

pure(
  "Elsewhere takes no name of a member of ours for another's, and leaves one that is at a third server",
  () => {
    const { on, elsewhere, amy } = world();
    elsewhere.hear("b", { say: "joined", nick: "AMY", room: "dev" });
    elsewhere.hear("b", { say: "left", nick: "amy" });
    assertEquals([on.hub.find("amy"), told(on, amy)], [amy, []]);
    elsewhere.hear("b", { say: "joined", nick: "cat", room: "lobby" });
    // Its session went on at another one, of which nobody is told.
    elsewhere.hear("c", { say: "joined", nick: "cat", room: "lobby" });
    elsewhere.hear("b", { say: "left", nick: "cat" });
    assertEquals([told(on, amy), on.hub.find("cat").server], [["* cat has joined"], "c"]);
    on[Symbol.dispose]();
  },
);

pure("Elsewhere brings what it knows of a server to what that has, and forgets one that is gone", () => {
  const { on, elsewhere, amy } = world();
  elsewhere.sync("b", [{ nick: "bob", room: "lobby" }, { nick: "server-b", room: "lobby" }], false);
  assertEquals([told(on, amy), on.hub.find("server-b").isConsole], [[], true]);
  elsewhere.sync("b", [{ nick: "cat", room: "lobby" }, { nick: "server-b", room: "lobby" }], true);
  assertEquals(told(on, amy), ["* bob has left", "* cat has joined"]);
  elsewhere.forget("b");
  assertEquals([elsewhere.servers, [...on.hub.nicks()]], [[], ["amy"]]);
  on[Symbol.dispose]();
});

pure("Elsewhere does to a member of ours what its server asks for, and nothing to a console", () => {
  const { on, elsewhere, amy } = world();
  const console = on.open();
  told(on, amy);
  elsewhere.obey({ say: "tell", nick: "Amy", line: "* [private] bob: psst" });
  assertEquals(told(on, amy), ["* [private] bob: psst"]);
  for (const say of ["kick", "take"] as const) elsewhere.obey({ say, nick: "server", why: "" } as never);
  elsewhere.obey({ say: "tell", nick: "nobody", line: "x" });
  assertEquals(console.ended, undefined);
  elsewhere.obey({ say: "take", nick: "amy" });
  assertEquals([amy.ended, [...on.hub.nicks()]], ["taken up by a new connection", ["server"]]);
  on[Symbol.dispose]();
});
