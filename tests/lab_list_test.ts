import { assertEquals, assertMatch } from "@std/assert";
import { asUser, eventsOf, HAS_PRIVATE_NETWORKS, withoutNamespaces } from "./support/lab.ts";

Deno.test({
  name: "lab lists the lessons in order, and says that a user without privileges can play them all",
  ignore: !HAS_PRIVATE_NETWORKS,
  async fn() {
    const outcome = await asUser(["lab", "--json"]);
    assertEquals(eventsOf(outcome, "lesson").map(({ lesson }) => lesson).slice(0, 1), ["handshake"]);
    assertEquals(new Set(eventsOf(outcome, "lesson").map(({ shown }) => shown)), new Set(["live"]));
    assertEquals(eventsOf(outcome, "private_network").map(({ allowed }) => allowed), [true]);
    const chinese = await asUser(["lab", "--lang", "zh"]);
    assertMatch(
      chinese.stdout,
      /^ {2}pinwire lab handshake +一个连接的建立[^]*\n下一步：pinwire lab handshake --lang zh\n$/m,
    );
  },
});

Deno.test({
  name: "lab says what keeps it from a private network, what would allow one, and what is live without",
  ignore: !HAS_PRIVATE_NETWORKS,
  async fn() {
    const { code, stdout } = await withoutNamespaces(["lab", "--lang", "en"]);
    assertEquals(code, 0);
    assertMatch(stdout, /live here: [^]*:\nsudo sysctl user\.max_user_namespaces=1000 allows them\.\n/);
    assertMatch(stdout, /\n {2}live all the same: layers, .*\n {2}live, on plain sockets, .*: states\n/);
    assertMatch(stdout, /\n {2}as they were recorded: handshake, loss, /);
  },
});
