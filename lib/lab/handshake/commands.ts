import { ALL_PERMISSIONS, command, integer, text } from "../../cli/mod.ts";
import { usageError } from "../../errors.ts";
import { environment, pagedOptions } from "../options.ts";

/** `lab handshake`. */
export const handshake = command({
  summary: "a connection opened, used and closed, segment by segment",
  description:
    "A client and a server on this machine, both real, on a wire of their own: what each asks for, each segment with " +
    "what it means, and the states of both ends where they change.",
  positionals: {
    file: {
      kind: text("FILE"),
      optional: true,
      help: "draw a connection of this pcap or pcapng (- is stdin), in place of a new one",
    },
  },
  options: {
    stream: {
      kind: integer("N", 0),
      help: "which connection of FILE, as tshark counts from 0 (default: the first)",
    },
    ...pagedOptions,
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
        import("../../app/capture_file.ts"),
        import("./file.ts"),
        import("../sequence/sequence.ts"),
      ]);
      return await showSequence("handshake", { ...options, language }, async (context, begin) => {
        await reportCaptured(readChunks(file), options.stream, context, begin);
        return 0;
      });
    }
    const { isInside, playInside } = await import("../stage/inside.ts");
    if (isInside()) return await playInside((await import("./handshake.ts")).handshake, options);
    const { showLive } = await import("../stage/live.ts");
    const recorded = async () => (await import("./recorded.ts")).EVENTS;
    return await showLive("handshake", recorded, { ...options, language });
  },
});

/** @throws {PinwireError} `usage` if an option doesn't go with what it is about */
function checkFileOptions(
  file: string | undefined,
  { stream, step, record, web }: { stream?: number; step: boolean; record?: string; web?: unknown },
): void {
  if (file === undefined && stream !== undefined) {
    throw usageError("--stream is for a FILE", "name one, or leave it out");
  }
  const option = step ? "--step" : record !== undefined ? "--record" : web ? "--web" : undefined;
  if (file !== undefined && option) {
    throw usageError(
      `${option} is for a connection that is made`,
      "leave out either it or FILE",
    );
  }
}
