import { ALL_PERMISSIONS, command, type Kind } from "../../cli/mod.ts";
import { usageError } from "../../errors.ts";
import { environment, pagedOptions } from "../options.ts";

/** The highest number that may be lost: eight segments, and what is sent again of them. */
const MOST = 32;

const numbers: Kind<number[]> = {
  meta: "N,N",
  parse(text) {
    const values = text.split(",").map((one) => /^\d+$/.test(one) ? Number(one) : NaN);
    if (values.every((one) => one >= 1 && one <= MOST)) return values;
    throw usageError(`"${text}" is no list of segments`, `use numbers from 1 to ${MOST}, as in 3,5`);
  },
};

/** `lab loss`. */
export const loss = command({
  summary: "segments that get lost, and how they are sent again",
  description:
    "Loses data of a client on the way to its server: a message that nothing follows, sent again when a timer runs out " +
    "and later each time; and one of eight segments, sent again as soon as the others tell of it.",
  positionals: {},
  options: {
    drop: {
      kind: numbers,
      help: "lose the segments with these numbers: 1 to 8, from 9 on those that are sent again",
    },
    ...pagedOptions,
  },
  permissions: ALL_PERMISSIONS,
  examples: [
    ["", "a timer that doubles, and a fast retransmit"],
    ["--drop 3,5", "two of eight"],
    ["--drop 3,9", "the third, and the first that is sent again"],
    ["--drop 8", "the last of eight, so that nothing follows"],
  ],
  async run({ lang: language = environment, drop, ...options }) {
    const { isInside, playInside } = await import("../stage/inside.ts");
    if (isInside()) {
      return await playInside((await import("./loss.ts")).loss(drop, options.step), options);
    }
    const [{ showLive }, { LOSS_STYLE }] = await Promise.all([
      import("../stage/live.ts"),
      import("./style.ts"),
    ]);
    const recorded = async () => (await import("./recorded.ts")).EVENTS;
    return await showLive("loss", recorded, { ...options, language }, () => LOSS_STYLE);
  },
});
