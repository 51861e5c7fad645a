import { has } from "./machine.ts";
import { type Outcome, run } from "./process.ts";

/** Whether tshark is here; what needs it says so in its name. */
export const HAS_TSHARK = has("tshark");

/** What tshark says of a capture; nothing is looked up, and no connection's bytes are taken for a protocol. */
export function tshark(capture: Uint8Array, args: string[] = []): Promise<Outcome> {
  const asIs = ["-n", "-o", "tcp.desegment_tcp_streams:FALSE", "--disable-protocol", "http"];
  return run("tshark", ["-r", "-", ...asIs, ...args], { stdin: capture });
}

/** What tshark follows of these streams, each in hex: what the one says whom it takes for the client, and the other. */
export async function follow(capture: Uint8Array, streams: { protocol: string; number: number }[]) {
  const asked = streams.flatMap(({ protocol, number }) => ["-z", `follow,${protocol},raw,${number}`]);
  const { stdout } = await tshark(capture, ["-q", ...asked]);
  const told = new Map(
    stdout.split("Follow: ").slice(1).map((text) => {
      const [, protocol, number] = text.match(/^Filter: (\w+)\.stream eq (\d+)$/m) ?? [];
      // What the server says stands behind a tab.
      const [client, server] = [/^[0-9a-f]+$/gm, /^\t[0-9a-f]+$/gm].map((side) => text.match(side) ?? []);
      const sides = [client.join(""), server.join("").replaceAll("\t", "")];
      return [`${protocol} ${number}`, sides] as const;
    }),
  );
  return streams.map(({ protocol, number }) => told.get(`${protocol} ${number}`));
}

/** Whatever tshark finds wrong with a packet; a checksum's status is 0 if it is bad. */
const PROBLEMS = [
  ...["_ws.malformed", "_ws.expert.severity >= warning", "tcp.analysis.flags"],
  ...["ip.checksum.status == 0", "tcp.checksum.status == 0", "udp.checksum.status == 0"],
].join(" or ");

/** Has tshark check the checksums. */
export const CHECKED = ["ip", "tcp", "udp"].flatMap((protocol) => ["-o", `${protocol}.check_checksum:TRUE`]);

/** What is wrong with a capture: malformed packets, bad checksums, gaps, retransmissions. */
export async function problemsIn(capture: Uint8Array, args: string[] = []): Promise<string> {
  const { stdout, code, stderr } = await tshark(capture, [...args, ...CHECKED, "-Y", PROBLEMS]);
  return code ? stderr : stdout;
}

/** What tshark reads in these fields of each packet; several values of one are joined by commas. */
export async function fieldsIn(capture: Uint8Array, fields: string[]): Promise<string[][]> {
  const asked = fields.flatMap((field) => ["-e", field]);
  const { stdout } = await tshark(capture, [...CHECKED, "-T", "fields", ...asked]);
  return stdout.trimEnd().split("\n").map((line) => line.split("\t"));
}

/** What tshark follows of one stream, in hex. */
export async function followed(
  capture: Uint8Array,
  protocol: "tcp" | "udp",
  number = 0,
): Promise<[client: string, server: string]> {
  const [[client, server] = ["", ""]] = await follow(capture, [{ protocol, number }]);
  return [client, server];
}
