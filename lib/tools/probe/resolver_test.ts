import { assertEquals, assertRejects } from "@std/assert";
import { openResolver } from "./resolver.ts";

const pure = (name: string, fn: () => Promise<void>) => Deno.test({ name, permissions: "none", fn });

pure("openResolver() asks once for all ports of a host", async () => {
  const asked: string[] = [];
  const resolve = openResolver(({ hostname, port }) => {
    asked.push(hostname);
    return Promise.resolve([{ hostname: "127.0.0.1", port }, { hostname: "::1", port }]);
  });
  const ask = (hostname: string, port: number) => resolve({ scheme: "tcp", hostname, port });
  const both = await Promise.all([ask("here", 1), ask("here", 2)]);
  await ask("there", 3);
  assertEquals(both[1], [{ hostname: "127.0.0.1", port: 2 }, { hostname: "::1", port: 2 }]);
  assertEquals(asked, ["here", "there"]);
});

pure("openResolver() asks again for a host that wasn't known", async () => {
  let count = 0;
  const resolve = openResolver(() => {
    count++;
    return Promise.reject(new Error("not known"));
  });
  const ask = () => resolve({ scheme: "tcp", hostname: "here", port: 1 });
  await assertRejects(ask, Error, "not known");
  await assertRejects(ask, Error, "not known");
  assertEquals(count, 2);
});
