import {
  fileOf,
  packetsOf,
  type RecordedPacket,
  type RecordingOptions,
} from "../../lib/tools/replay/_testing.ts";
import { CaptureReader, StreamAssembler, type StreamPiece } from "../../lib/packet/mod.ts";
import { LOOPBACK } from "./connection.ts";
import { has, isRoot, tempDir } from "./machine.ts";

/** A recording in a file that goes with the test. */
export interface Recording extends AsyncDisposable {
  file: string;
  /** The folder of the file. */
  folder: string;
}

/** Writes a recording of what two sides said, as {@linkcode packetsOf} takes it. */
export function recording(script: (string | number)[], options?: RecordingOptions): Promise<Recording> {
  return recordingOf(fileOf(packetsOf(script, options)));
}

/** The same of packets. */
export const recordingOfPackets = (packets: RecordedPacket[]): Promise<Recording> =>
  recordingOf(fileOf(packets));

/** Writes a capture. */
export async function recordingOf(capture: Uint8Array): Promise<Recording> {
  const { path, [Symbol.asyncDispose]: dispose } = await tempDir();
  const file = `${path}/talk.pcapng`;
  await Deno.writeFile(file, capture);
  return { file, folder: path, [Symbol.asyncDispose]: dispose };
}

/** Whether tcpdump is here and may capture what crosses loopback; what needs it says so in its name. */
export const CAN_CAPTURE = isRoot && has("tcpdump") &&
  new Deno.Command("tcpdump", { args: ["-i", "lo", "-L"], stdout: "null", stderr: "null" }).outputSync()
    .success;

/**
 * What tcpdump captures on loopback of a port while two programs talk.
 *
 * @param isWhole whether these pieces are all of it
 */
export async function captured(
  port: number,
  isWhole: (pieces: StreamPiece[]) => boolean,
  talk: () => Promise<unknown>,
): Promise<Uint8Array> {
  // Without a larger buffer the kernel drops packets while all processors are busy.
  const args = ["-i", "lo", "--immediate-mode", "-B", "16384", "-U", "-w", "-", "port", `${port}`];
  const tcpdump = new Deno.Command("tcpdump", { args, stdout: "piped", stderr: "piped" }).spawn();
  const stderr = tcpdump.stderr.getReader();
  for (let said = ""; !said.includes("listening on");) {
    const { value, done } = await stderr.read();
    if (done) throw new Error(`tcpdump ended: ${said}`);
    said += new TextDecoder().decode(value);
  }
  const talking = talk();
  const reader = new CaptureReader();
  const assembler = new StreamAssembler();
  const pieces: StreamPiece[] = [];
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of tcpdump.stdout) {
    chunks.push(chunk);
    reader.feed(chunk.slice());
    for (let packet; (packet = reader.next());) pieces.push(...assembler.add(packet));
    if (isWhole(pieces)) tcpdump.kill("SIGINT");
  }
  await Promise.all([talking, stderr.cancel(), tcpdump.status]);
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** Both sides have ended. */
export const bothEnded = (pieces: StreamPiece[]): boolean =>
  pieces.filter(({ kind }) => kind === "close").length === 2;

/** A TCP server that does this with its one client, and throws in its disposal what went wrong with that. */
export function accepted(
  serve: (conn: Deno.Conn) => Promise<void>,
): { address: string; port: number } & AsyncDisposable {
  const listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const serving = (async () => {
    using conn = await listener.accept();
    await serve(conn);
  })();
  serving.catch(() => {});
  const { port } = listener.addr;
  return {
    address: `${LOOPBACK}:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}
