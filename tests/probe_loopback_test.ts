import { assertEquals } from "@std/assert";
import { isLinux, run } from "./support.ts";
import { pinwireCommand } from "./support/pinwire.ts";

/** Runs a program in a network of its own, once these commands of sh have run there. */
const apartArgs = (
  setUp: string,
  program: string[],
) => ["-rn", "sh", "-c", `${setUp} && exec "$@"`, "sh", ...program];

const ONCE_UP = "ip link set lo up && ip link set lo down";

const mayUnshare = isLinux &&
  await new Deno.Command("unshare", { args: apartArgs(ONCE_UP, ["true"]), stderr: "null" }).output()
    .then(({ success }) => success, () => false);

Deno.test({
  name: "probe looks at a tls:// address where no loopback is up",
  ignore: !mayUnshare,
  async fn() {
    for (const setUp of ["true", ONCE_UP]) {
      const probe = pinwireCommand(["probe", "tls://10.99.0.1:1", "--json"]);
      const { code, stdout, stderr } = await run("unshare", apartArgs(setUp, probe));
      assertEquals([code, stderr], [1, ""]);
      const { address, state, reason } = JSON.parse(stdout);
      assertEquals([address, state, reason], [
        "tls://10.99.0.1:1",
        "no answer",
        "tls://10.99.0.1:1 can't be reached from here",
      ]);
    }
  },
});
