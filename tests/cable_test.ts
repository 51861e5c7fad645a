import { assertEquals, assertMatch } from "@std/assert";
import { isLinux, Process } from "./support.ts";

const IN_NETWORK = ["--map-root-user", "--net"];
const CABLE = "ip link add here type veth peer name there";

/** Whether there may be another machine: a network with a cable in it. */
const hasCable = isLinux &&
  await new Deno.Command("unshare", { args: [...IN_NETWORK, "sh", "-c", CABLE], stderr: "null" }).output()
    .then(({ success }) => success, () => false);

function onCable(name: string, scene: string, fn: (server: Process) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs networks of its own)`,
    ignore: !hasCable,
    async fn() {
      const script = `${import.meta.dirname}/support/on_cable.ts`;
      const args = [...IN_NETWORK, Deno.execPath(), "run", "--quiet", "--allow-all", script, scene];
      await using server = new Process("unshare", args);
      await fn(server);
      const { code, stderr } = await server.outcome();
      assertEquals([code, stderr], [0, ""]);
    },
  });
}

for (const scene of ["silence", "unacknowledged"]) {
  onCable(`a peer that has gone without a word is found: ${scene}`, scene, async (server) => {
    const { peer } = await server.next("connected");
    assertMatch(peer!, /^tcp:\/\/10\.77\.0\.2:/);
    const error = await server.next("error");
    assertEquals(error.message, `${peer} did not answer in time`);
    const { reason } = await server.next("disconnected");
    assertEquals(reason, "timed out");
  });
}

onCable("an IPv6 peer of one link is told with its zone", "zone", async (server) => {
  const { peer } = await server.next("connected");
  assertMatch(peer!, /^tcp:\/\/\[fe80::[0-9a-f:]+%here\]:\d+$/);
  const { text } = await server.next("notice");
  assertMatch(text!, /^fe80::[0-9a-f:]+%here$/);
});
