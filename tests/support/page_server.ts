import { fail } from "@std/assert";
import { pinwire, type PinwireOptions } from "./pinwire.ts";
import type { Process } from "./process.ts";

/** A server whose page is at `url`. */
export type ServerWithPage = Process & { url: string };

/** Starts a server with `--json` and a page on loopback; `args` may say `--web` themselves. */
export async function withPage(args: string[], options?: PinwireOptions): Promise<ServerWithPage> {
  const web = args.includes("--web") ? [] : ["--web", "127.0.0.1:0"];
  const server = await pinwire([...args, ...web, "--json"], options);
  try {
    const { url = fail("a page without an address") } = await server.next("listening");
    return Object.assign(server, { url });
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}
