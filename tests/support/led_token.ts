import { assertMatch } from "@std/assert";
import { tempDir } from "../support.ts";
import { controller, type Peer } from "./led.ts";

/** A test in a folder that is removed afterwards. The rights of files mean something only outside of Windows. */
export function trust(
  name: string,
  fn: (folder: string) => Promise<void>,
  ignore = Deno.build.os === "windows",
): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      await using folder = await tempDir();
      await fn(folder.path);
    },
  });
}

/** What the list says when it is empty. */
export const NOBODY = ["no device is connected: start an agent, or the tutorial's client"];

/** A controller with a token, which it makes, and the options to name it. */
export async function guarded(folder: string, ...options: string[]) {
  const token = ["--token-file", `${folder}/token`];
  return { server: await controller(...token, ...options), token };
}

/** A token that isn't the controller's. */
export async function otherToken(folder: string): Promise<string[]> {
  const path = `${folder}/other`;
  await Deno.writeTextFile(path, "x".repeat(43), { mode: 0o600 });
  return ["--token-file", path];
}

/** A hello with a challenge. */
export const helloOf = (role: string, name = "raw") =>
  `hello ${JSON.stringify({ role, name, pin: "11", version: 1, nonce: "n".repeat(43) })}`;

/** Says hello and gives the controller's. */
export async function greet(peer: Peer, hello: string): Promise<string> {
  await peer.say(hello);
  const answer = await peer.line();
  assertMatch(answer, /^hello \{"role":"controller","version":1,"nonce":"[\w-]{43}"\}$/);
  return answer;
}
