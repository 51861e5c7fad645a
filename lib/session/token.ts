import { messageOf, PinwireError } from "../errors.ts";
import { fileTrouble, isThere, makeFiles } from "../app/mod.ts";
import { type Connection, hostPort } from "../net/mod.ts";

/** The least characters that a token has; ours have 43. */
const TOKEN_LENGTH = 32;
/** The most bytes that its file may have. */
const LONGEST_FILE = 4096;
const NONCE_BYTES = 32;

/** Characters that no text has between its lines. */
const CONTROLS = /[^\P{Cc}\t\r\n]/u;

/** What one side shows to the other: that it knows the token, in this conversation and in this role. */
export interface Transcript {
  /** What speaks, and which version of it: `pinwire led 1`. */
  readonly protocol: string;
  /** The hello of who dialled and of who accepted, as they crossed the wire; a nonce is in each. */
  readonly hellos: readonly [dialled: string, accepted: string];
  /** Where the connection goes, from {@linkcode bindingOf}. */
  readonly binding: string;
}

/** A secret that both ends know. It never crosses the wire. */
export class Token {
  #key: CryptoKey;

  private constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** @param text what stands in the token's file */
  static async from(text: string): Promise<Token> {
    const bytes = new TextEncoder().encode(text);
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    return new Token(await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]));
  }

  /**
   * The proof for `role` (HMAC-SHA-256, RFC 2104), in base64url. A role of its own for each side keeps a proof
   * from being sent back.
   */
  async prove(role: string, transcript: Transcript): Promise<string> {
    const proof = await crypto.subtle.sign("HMAC", this.#key, bytesOf(role, transcript));
    return new Uint8Array(proof).toBase64({ alphabet: "base64url", omitPadding: true });
  }

  /** A secret of its own for `purpose`, in base64url: who knows that doesn't know this one. */
  async derive(purpose: string): Promise<string> {
    const secret = await crypto.subtle.sign("HMAC", this.#key, new TextEncoder().encode(purpose));
    return new Uint8Array(secret).toBase64({ alphabet: "base64url", omitPadding: true });
  }

  /** Whether `proof` is the one that `role` must give; in constant time, as WebCrypto compares. */
  async verify(role: string, transcript: Transcript, proof: string): Promise<boolean> {
    try {
      const bytes = Uint8Array.fromBase64(proof, { alphabet: "base64url" });
      return await crypto.subtle.verify("HMAC", this.#key, bytes, bytesOf(role, transcript));
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  }
}

// Each part on a line of its own: none of them holds a newline, so no two transcripts give the same bytes.
function bytesOf(role: string, { protocol, hellos, binding }: Transcript): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode([protocol, role, ...hellos, binding].join("\n"));
}

/** 32 random bytes in base64url: a challenge that nobody has seen before. */
export function newNonce(): string {
  return crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Where a connection goes, for its proofs. Of a plain one it is the address that was dialled and accepted on, so that a
 * proof relayed by somebody in between, who listens elsewhere, fails; of an abstract Unix socket its name. Of an encrypted
 * one, where a certificate says that, and of another Unix socket, where the rights of its file do, it is the scheme alone.
 *
 * @throws {PinwireError} `no_binding` for a plain connection without an address that isn't a Unix socket
 */
export function bindingOf({ local, peer }: Connection, side: "dialled" | "accepted"): string {
  const { scheme, host, port, name } = side === "dialled" ? peer : local;
  if (peer.abstractName !== undefined) return `unix:@${peer.abstractName}`;
  if (peer.isEncrypted || scheme === "unix") return `${scheme}:`;
  if (host !== undefined && port !== undefined) {
    // The zone of an address is this machine's own name for an interface (RFC 4007, section 6).
    return `${scheme}://${hostPort({ hostname: host.replace(/%.*/, ""), port })}`;
  }
  throw new PinwireError("no_binding", `a token can't be proven over ${name}`, {
    hint: "use tcp://, tls:// or unix:",
  });
}

/**
 * Reads a token from its file.
 *
 * @param onMade if given, the file is made if it isn't there, 32 random bytes as base64url for its owner alone,
 * and this is called
 * @throws {PinwireError} `bad_token_file` if it isn't there, isn't a regular file, isn't ours, can be read by
 * others, or replaced by them, is shorter than 32 characters, or longer than 4,096 bytes
 */
export async function readToken(path: string, onMade?: () => void): Promise<Token> {
  let text: string;
  try {
    if (onMade && await makeTokenFile(path)) onMade();
    // To open a pipe would wait for its other end.
    if (!(await Deno.stat(path)).isFile) throw refusal(path, "is not a regular file", "name another");
    for (const each of new Set([path, await Deno.realPath(path)])) await checkFolder(path, each);
    using file = await Deno.open(path);
    checkOwner(path, await file.stat());
    const bytes = await readStart(file, LONGEST_FILE + 1);
    if (bytes.length > LONGEST_FILE) {
      throw refusal(path, `has more than ${LONGEST_FILE} bytes`, "is it a token? 43 characters are usual");
    }
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
    // Zeros are what a power cut leaves of a file, and no secret.
    if (CONTROLS.test(text)) throw refusal(path, "holds no text", "make a new one");
  } catch (error) {
    if (error instanceof PinwireError || error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof TypeError) throw refusal(path, "holds no text", "make a new one", error);
    if (error instanceof Deno.errors.NotFound) {
      throw onMade
        ? refusal(path, "can't be made", "check its folder, and that it is no broken link", error)
        : refusal(path, "does not exist", "copy it from the other end", error);
    }
    throw refusal(path, `can't be read (${messageOf(error)})`, "check the path and its rights", error);
  }
  if (text.length < TOKEN_LENGTH) {
    throw refusal(
      path,
      `holds fewer than ${TOKEN_LENGTH} characters`,
      "delete it at the server, which makes a new one, and copy that",
    );
  }
  return await Token.from(text);
}

function checkOwner(path: string, { mode, uid }: Deno.FileInfo): void {
  if (Deno.build.os === "windows") return;
  if (uid !== Deno.uid()) throw refusal(path, "is not yours", "make one of your own");
  if (mode !== null && (mode & 0o077) !== 0) {
    throw refusal(
      path,
      "can be read by others",
      `chmod 600 ${path}, after making a new one if they may have`,
    );
  }
}

/**
 * Refuses a token file that others may put another in the place of.
 *
 * @param place the file, or a link on the way to it
 */
async function checkFolder(path: string, place: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  const folder = place.replace(/[^/]*$/, "").replace(/(.)\/$/, "$1") || ".";
  const { uid, mode } = await Deno.stat(folder);
  if (uid !== Deno.uid() && uid !== 0) {
    throw refusal(path, `is in ${folder}, which is not yours`, "move it to a folder of your own");
  }
  // In a folder with the sticky bit, as /tmp, nobody can replace what is another's (inode(7)).
  if (mode !== null && (mode & 0o022) !== 0 && (mode & 0o1000) === 0) {
    throw refusal(
      path,
      `is in ${folder}, where others may replace it`,
      `chmod go-w ${folder}, after making a new one if they may have`,
    );
  }
}

/** Reads at most `most` bytes. */
async function readStart(file: Deno.FsFile, most: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(most);
  let length = 0;
  for (let count; (count = await file.read(bytes.subarray(length)));) length += count;
  return bytes.subarray(0, length);
}

// Of two first starts at once one wins, and both use its token.
async function makeTokenFile(path: string): Promise<boolean> {
  if (await isThere(path)) return false;
  await checkFolder(path, path);
  try {
    await makeFiles([{ path, text: newNonce() + "\n", mode: 0o600 }]);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.NotFound) throw error;
    const why = fileTrouble(error);
    throw refusal(path, `can't be made (${why})`, "mend that, or name another file with --token-file", error);
  }
}

function refusal(path: string, what: string, hint: string, cause?: unknown): PinwireError {
  return new PinwireError("bad_token_file", `the token file ${path} ${what}`, { hint, cause });
}
