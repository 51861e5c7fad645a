import { assertMatch } from "@std/assert";
import { assertStops, isWindows, LOOPBACK, pinwireCommand, Process } from "./support.ts";

for (const [command, ...rest] of [["led", "serve"], ["chat", "serve"], ["relay"]]) {
  Deno.test({
    name: `${[command, ...rest].join(" ")} goes on without a console where stdin is a folder, and says so`,
    ignore: isWindows,
    async fn() {
      const target = command === "relay" ? [`${LOOPBACK}:1`] : [];
      const started = pinwireCommand([command, ...rest, `${LOOPBACK}:0`, ...target, "--json"]);
      await using server = new Process("sh", ["-c", 'exec "$0" "$@" </', ...started]);
      await server.next("listening");
      assertMatch((await server.next("error")).message!, /^stdin can't be read/);
      await assertStops(server);
    },
  });
}
