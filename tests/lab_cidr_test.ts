import { assertEquals, assertMatch } from "@std/assert";
import { has } from "./support/machine.ts";
import { run, runPinwire } from "./support.ts";

/** Addresses as if thrown by dice, the same in every run, with every prefix among them. */
function* addresses(bits: 32 | 128, count: number): Generator<string> {
  let seed = 7;
  const dice = (sides: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor(seed / 0x8000_0000 * sides);
  };
  for (let i = 0; i < count; i++) {
    const prefix = i <= bits ? i : dice(bits + 1);
    const parts = bits === 32
      ? Array.from({ length: 4 }, () => dice(256)).join(".")
      : Array.from({ length: 8 }, () => dice(3) ? dice(65_536).toString(16) : "0").join(":");
    yield `${parts}/${prefix}`;
  }
}

/** What `lab cidr` says of each. */
async function explained(cidrs: string[]): Promise<Record<string, string>[]> {
  const { stdout } = await runPinwire(["lab", "cidr", ...cidrs, "--json"]);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  return events.filter(({ event }) => event === "network");
}

const expanded = (address: string) =>
  address.split(":").map((group) => parseInt(group, 16).toString(16)).join(":");

Deno.test({
  name: "lab cidr says of IPv4 what sipcalc says (needs sipcalc)",
  ignore: !has("sipcalc"),
  async fn() {
    const cidrs = [...addresses(32, 40)];
    const events = await explained(cidrs);
    const { stdout } = await run("sipcalc", cidrs);
    const answers = stdout.split(/^-\[ipv4 : /m).slice(1);
    assertEquals(answers.length, cidrs.length);
    for (const [i, answer] of answers.entries()) {
      const field = (name: string) => answer.match(new RegExp(`^${name}\\s+- (.*)$`, "m"))?.[1];
      const { network, mask, broadcast, first, last, hosts } = events[i];
      const range = `${first} - ${last}`;
      assertEquals(mask, field("Network mask"), cidrs[i]);
      if (cidrs[i].endsWith("/32")) {
        assertEquals([network, range, hosts], [first, `${first} - ${first}`, "1"]);
      } else {assertEquals([network, range], [
          field("Network address"),
          field("Usable range") ?? field("Network range"),
        ], cidrs[i]);}
      if (!/\/3[12]$/.test(cidrs[i])) assertEquals(broadcast, field("Broadcast address"), cidrs[i]);
    }
  },
});

Deno.test({
  name: "lab cidr says of IPv6 what sipcalc says (needs sipcalc)",
  ignore: !has("sipcalc"),
  async fn() {
    const cidrs = [...addresses(128, 12)];
    const events = await explained(cidrs);
    const { stdout } = await run("sipcalc", cidrs);
    const ranges = [...stdout.matchAll(/^Network range\s+- (\S+) -\s+(\S+)/gm)];
    const full = (address: string) => expanded(new URL(`http://[${address}]`).hostname.slice(1, -1));
    assertEquals(ranges.length, cidrs.length);
    for (const [i, [, network, last]] of ranges.entries()) {
      assertEquals([full(events[i].network), full(events[i].last)], [full(network), full(last)], cidrs[i]);
    }
  },
});

Deno.test("lab cidr marks the border in the bits, in both languages, and says what comes next", async () => {
  const english = await runPinwire(["lab", "cidr", "192.168.9.193/25"]);
  assertMatch(english.stdout, /^address +192\.168\.9\.193 +11000000\.10101000\.00001001\.1│1000001$/m);
  assertMatch(english.stdout, /^hosts +126 = 2\^7 − 2 /m);
  assertMatch(english.stdout, /\nNext: pinwire lab[^\n]*\n$/);
  const chinese = await runPinwire(["lab", "cidr", "192.168.9.193/25"], { env: { LC_ALL: "zh_CN.UTF-8" } });
  assertMatch(chinese.stdout, /^子网掩码 +255\.255\.255\.128 +11111111\.11111111\.11111111\.1│0000000$/m);
  assertMatch(chinese.stdout, /\n下一步：pinwire lab[^\n]*\n$/);
  const chosen = await runPinwire(["lab", "cidr", "10.0.0.1/8", "--lang", "en"], { env: { LANG: "zh_CN" } });
  assertMatch(chosen.stdout, /^broadcast /m);
  assertEquals((await runPinwire(["lab", "cidr", "10.0.0.1/8", "--lang", "fr"])).code, 2);
});

Deno.test("lab cidr tells whether two addresses are in the same network, and when their prefixes disagree", async () => {
  const told = async (...cidrs: string[]) => {
    const { stdout } = await runPinwire(["lab", "cidr", ...cidrs, "--lang", "en"]);
    return stdout.split("\n\n").at(-2)!.replaceAll("\n", " ");
  };
  assertMatch(await told("10.1.2.3/16", "10.1.200.1/16"), /: the same network\./);
  assertMatch(await told("10.1.2.3/24", "10.1.200.1/24"), /: different networks\./);
  assertMatch(
    await told("10.1.2.3/24", "10.1.200.1/16"),
    /^10\.1\.200\.1\/16 takes 10\.1\.2\.3\/24 for a neighbour/,
  );
  assertMatch(await told("10.1.2.3/16", "10.1.2.4/24"), /their prefixes differ/);
  assertMatch(await told("10.1.2.3/16", "::1/64"), /one is IPv4, one IPv6/);
});

Deno.test("lab cidr --split cuts a network into equal parts", async () => {
  const { stdout } = await runPinwire(["lab", "cidr", "192.168.0.7/24", "--split", "4", "--json"]);
  const parts = stdout.trim().split("\n").slice(1).map((line) => JSON.parse(line));
  assertEquals(parts.map(({ part, network, prefix, hosts }) => [part, network, prefix, hosts]), [
    [1, "192.168.0.0", 26, "62"],
    [2, "192.168.0.64", 26, "62"],
    [3, "192.168.0.128", 26, "62"],
    [4, "192.168.0.192", 26, "62"],
  ]);
});

Deno.test("lab cidr ends with 2 and a sentence for what is no address with a prefix", async () => {
  for (const wrong of ["300.1.1.1/24", "1.2.3.4/33", "x", "010.0.0.1/8", "1.2.3/8", "::1/129", "10.0.0.1"]) {
    const { code, stdout, stderr } = await runPinwire(["lab", "cidr", wrong]);
    assertEquals([code, stdout, stderr.split("\n").length], [2, "", 2], stderr);
  }
});
