import { command, integer } from "../../cli/mod.ts";
import { parseCidr } from "../../packet/cidr.ts";
import { environment, lessonOptions } from "../options.ts";

/** `lab cidr`. */
export const cidr = command({
  summary: "an address and its network, bit by bit",
  description:
    "Network, broadcast, first and last host of ADDRESS/PREFIX, and how many hosts there may be, with the border " +
    "between network and host marked in the bits. Of several, whether any two are in the same network.",
  positionals: {
    addresses: {
      kind: { meta: "ADDRESS/PREFIX", parse: parseCidr },
      variadic: true,
      help: "as in 192.168.9.193/25 or 2001:db8::1/64",
    },
  },
  options: {
    split: {
      kind: integer("N", 2, 65_536),
      help: "cut each network into N equal parts; N is a power of two",
    },
    ...lessonOptions,
  },
  permissions: [],
  examples: [
    ["192.168.9.193/25", "its network, bit by bit"],
    ["10.1.2.3/16 10.1.200.1/16", "are the two in the same network"],
    ["192.168.0.0/24 --split 4", "four networks out of one"],
  ],
  async run({ lang: language = environment, ...options }, { addresses }) {
    const [{ cidr }, { cidrView }, { showLesson }] = await Promise.all([
      import("./cidr.ts"),
      import("./cidr_view.ts"),
      import("../show.ts"),
    ]);
    return await showLesson("cidr", { ...options, language }, cidrView, async ({ reporter }) => {
      await cidr(addresses, options.split, reporter);
      return 0;
    });
  },
});
