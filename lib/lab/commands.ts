import { ALL_PERMISSIONS, choice, command, integer, text } from "../cli/mod.ts";
import { DEFAULT_MAX_FRAME } from "../framing/mod.ts";
import { usageError } from "../errors.ts";
import { hasColors, openContext } from "../app/mod.ts";
import { outputOptions } from "../app/options.ts";
import { parseCidr } from "../packet/cidr.ts";
import { languageOf, LANGUAGES } from "../text/languages.ts";

const { json, noColor, force } = outputOptions;

/** Asked for now, since a command may not ask any more once it has begun; without that right it is English. */
const environment = languageOf((name) => {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
});

/** What every lesson has. */
const lessonOptions = {
  lang: {
    kind: choice("en|zh", LANGUAGES),
    help: "the language of the explanations (default: what LC_ALL, LC_MESSAGES or LANG says)",
  },
  json,
  noColor,
};

/** What a lesson has that plays on a wire of its own. */
const liveOptions = {
  step: { help: "wait for Enter before each segment arrives" },
  record: {
    kind: text("FILE"),
    help: "write the segments to FILE, as pcapng for Wireshark",
  },
  force,
  ...lessonOptions,
};

const handshake = command({
  summary: "a connection opened, used and closed, segment by segment",
  description:
    "A client and a server on this machine, both real, on a wire of their own: what each asks for, each segment with " +
    "what it means, and the states of both ends where they change.",
  positionals: {
    file: {
      kind: text("FILE"),
      optional: true,
      help: "a pcap or pcapng, or - for stdin: a connection in it, in place of one that is made",
    },
  },
  options: {
    stream: {
      kind: integer("N", 0),
      help: "which connection of FILE, as tshark counts from 0 (default: the first)",
    },
    ...liveOptions,
  },
  permissions: ALL_PERMISSIONS,
  permissionsWith: (_, { file }) => file === undefined ? ALL_PERMISSIONS : ["read"],
  examples: [
    ["", "open, one message, close"],
    ["--step", "the same, a segment for each Enter"],
    ["talk.pcapng --stream 3", "the fourth connection of a capture"],
  ],
  async run({ lang: language = environment, ...options }, { file }) {
    checkFileOptions(file, options);
    if (file !== undefined) {
      const [{ readChunks }, { reportCaptured }, { showSequence }] = await Promise.all([
        import("../app/capture_file.ts"),
        import("./handshake_file.ts"),
        import("./sequence.ts"),
      ]);
      return await showSequence("handshake", { ...options, language }, async ({ reporter }, begin) => {
        await reportCaptured(readChunks(file), options.stream, reporter, begin);
        return 0;
      });
    }
    const { isInside, playInside } = await import("./inside.ts");
    if (isInside()) return await playInside((await import("./handshake.ts")).handshake, options);
    const { showLive } = await import("./live.ts");
    const recorded = async () => (await import("./recorded/handshake.ts")).EVENTS;
    return await showLive("handshake", recorded, { ...options, language });
  },
});

/** @throws {PinwireError} `usage` if an option doesn't go with what it is about */
function checkFileOptions(
  file: string | undefined,
  { stream, step, record }: { stream?: number; step: boolean; record?: string },
): void {
  if (file === undefined && stream !== undefined) {
    throw usageError("--stream is for a FILE", "name one, or leave it out");
  }
  if (file !== undefined && (step || record !== undefined)) {
    throw usageError(
      `${step ? "--step" : "--record"} is for a connection that is made`,
      "leave out either it or FILE",
    );
  }
}

const cidr = command({
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
    split: { kind: integer("N", 2, 65_536), help: "cut each network into so many parts, a power of two" },
    ...lessonOptions,
  },
  permissions: [],
  examples: [
    ["192.168.9.193/25", "its network, bit by bit"],
    ["10.1.2.3/16 10.1.200.1/16", "are the two in the same network"],
    ["192.168.0.0/24 --split 4", "four networks out of one"],
  ],
  async run(options, { addresses }) {
    const [{ cidr }, { drawNetwork, drawSameNetwork }, { nextStep }] = await Promise.all([
      import("./cidr.ts"),
      import("./cidr_view.ts"),
      import("./lessons.ts"),
    ]);
    const language = options.lang ?? environment;
    const view = { language, coloured: hasColors(Deno.stdout, options.noColor) };
    await using context = await openContext({
      program: "pinwire lab",
      role: "client",
      show(event) {
        if (event.event === "network") return drawNetwork(event, view);
        if (event.event === "same_network") return drawSameNetwork(event, view);
        return undefined;
      },
    }, { frame: "raw", maxFrame: DEFAULT_MAX_FRAME, trace: false, quiet: false, ...options });
    await cidr(addresses, options.split, context.reporter);
    if (!options.json) context.reporter.print(nextStep("cidr", language));
    return 0;
  },
});

/** The lessons. */
export const commands = { "lab handshake": handshake, "lab cidr": cidr };
