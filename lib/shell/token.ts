import { isThere } from "../app/mod.ts";
import { messageOf, PinwireError } from "../errors.ts";
import type { Address } from "../net/mod.ts";
import { readToken, type Token } from "../session/token.ts";
import type { TokenSource } from "./wire/handshake.ts";

/**
 * Reads the token from `path`, or else from where every program of this account finds it
 * (`$XDG_CONFIG_HOME/pinwire/token`, XDG Base Directory Specification).
 *
 * @param onMade if given, a missing file is made, and this is called with its path
 * @throws {PinwireError} `bad_token_file`, `no_home`
 */
export async function openToken(path: string | undefined, onMade?: (path: string) => void): Promise<Token> {
  const folder = path === undefined ? tokenFolder() : undefined;
  const file = path ?? `${folder}/token`;
  if (!onMade) {
    if (folder === undefined || await isThere(file)) return await readToken(file);
    throw new PinwireError("bad_token_file", `there is no token in ${file}`, {
      hint:
        "pinwire shell serve makes it; from another account or machine, copy it and name it with --token-file",
    });
  }
  if (folder !== undefined) await makeFolder(folder);
  return await readToken(file, () => onMade(file));
}

/**
 * What gives a client the token. Over a Unix socket the server may not ask for it, so that it is read when it does;
 * elsewhere it is read now: nobody is dialled in vain.
 *
 * @throws {PinwireError} as {@linkcode openToken}
 */
export async function clientToken({ scheme }: Address, path: string | undefined): Promise<TokenSource> {
  if (scheme === "unix") return () => openToken(path);
  const token = await openToken(path);
  return () => Promise.resolve(token);
}

function tokenFolder(): string {
  const isWindows = Deno.build.os === "windows";
  const config = isWindows ? Deno.env.get("APPDATA") : Deno.env.get("XDG_CONFIG_HOME");
  // The specification says that a relative path is to be ignored.
  if (config && (isWindows || config.startsWith("/"))) return `${config}/pinwire`;
  const home = isWindows ? undefined : Deno.env.get("HOME");
  if (home) return `${home}/.config/pinwire`;
  throw new PinwireError("no_home", "there is no folder for the token, HOME is not set", {
    hint: "name the token's file with --token-file",
  });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const why = messageOf(error);
    throw new PinwireError("bad_token_file", `the folder ${folder} for the token can't be made (${why})`, {
      hint: "check its rights, or name the token's file with --token-file",
      cause: error,
    });
  }
}
