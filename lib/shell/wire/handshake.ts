import { PinwireError } from "../../errors.ts";
import type { Peer } from "../../net/mod.ts";
import { newNonce, type Token, type Transcript } from "../../session/token.ts";
import { type FrameName, FRAMES, PROTOCOL, TYPE, VERSION } from "../protocol.ts";
import { badFrame, type Ready } from "./bodies.ts";
import { type Frame, makeFrame, makeJsonFrame } from "./frame.ts";

/** Whether a peer is on another machine and the way to it isn't encrypted: neither end speaks the wire there. */
export const needsTls = ({ isLocal, isEncrypted }: Peer) => !isLocal && !isEncrypted;

/**
 * The body of the frame that is due in the opening.
 *
 * @throws {PinwireError} `bad_frame` if it is another frame
 */
export function openingBody(due: FrameName, { type, stream, body }: Frame): Uint8Array {
  if (type === TYPE[due] && stream === 0) return body;
  throw badFrame("another frame than the opening's");
}

const decode = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/** Gives the token when it is asked for. */
export type TokenSource = () => Promise<Token>;

/**
 * The client's side of the opening:
 *
 *     client               server
 *     hello {nonce}    →
 *                      ←   challenge {nonce}
 *     proof            →
 *                      ←   ready {proof, …}
 *
 * Where each end knows from the kernel that the other is of its own user, the challenge says `token: false`, the
 * client's proof is empty, and the server's isn't looked at.
 */
export class ClientHandshake {
  /** The first frame, which the client sends. */
  readonly hello: Uint8Array<ArrayBuffer>;
  #openToken: TokenSource;
  #binding: string;
  #isOurs: boolean;
  #said: string;
  #transcript?: Transcript;
  /** There once the server has asked for it. */
  #token?: Token;

  /**
   * @param isOurs whether the kernel says that the server is of our user
   * @param nonce 32 random bytes in base64url, used in no other conversation
   */
  constructor(openToken: TokenSource, binding: string, isOurs = false, nonce = newNonce()) {
    this.#openToken = openToken;
    this.#binding = binding;
    this.#isOurs = isOurs;
    this.#said = JSON.stringify({ version: VERSION, nonce });
    this.hello = makeFrame(TYPE.hello, 0, new TextEncoder().encode(this.#said));
  }

  /** The frame that the server has to send next. */
  get due(): "challenge" | "ready" {
    return this.#transcript ? "ready" : "challenge";
  }

  /**
   * Gives the frame that answers the server's challenge.
   *
   * @throws {PinwireError} `bad_frame`, `bad_version`; why there is no token
   */
  async prove(challenge: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const { version, token } = FRAMES.challenge.parse(challenge);
    checkVersion(version);
    if (!this.#isOurs || token !== false) this.#token = await this.#openToken();
    this.#transcript = {
      protocol: PROTOCOL,
      hellos: [this.#said, decode(challenge)],
      binding: this.#binding,
    };
    const proof = await this.#token?.prove("client", this.#transcript) ?? "";
    return makeJsonFrame(TYPE.proof, 0, { proof });
  }

  /**
   * Checks the server's `ready`.
   *
   * @throws {PinwireError} `bad_frame`, `bad_proof`
   */
  async check(body: Uint8Array): Promise<Ready> {
    const ready = FRAMES.ready.parse(body);
    const isRight = this.#transcript &&
      (!this.#token || await this.#token.verify("server", this.#transcript, ready.proof));
    if (isRight) return ready;
    throw new PinwireError("bad_proof", "the server does not know the token", {
      hint: "both ends need the same --token-file; somebody may stand in between",
    });
  }
}

/** The server's side of the opening. */
export class ServerHandshake {
  #token: Token;
  #binding: string;
  #isOurs: boolean;
  #transcript?: Transcript;

  /** @param isOurs whether the kernel says that the client is of our user: its proof isn't looked at then */
  constructor(token: Token, binding: string, isOurs = false) {
    this.#token = token;
    this.#binding = binding;
    this.#isOurs = isOurs;
  }

  /** The frame that the client has to send next. */
  get due(): "hello" | "proof" {
    return this.#transcript ? "proof" : "hello";
  }

  /**
   * Gives the frame that answers the client's hello.
   *
   * @throws {PinwireError} `bad_frame`, `bad_version`
   */
  challenge(hello: Uint8Array): Uint8Array<ArrayBuffer> {
    checkVersion(FRAMES.hello.parse(hello).version);
    const said = JSON.stringify({ version: VERSION, nonce: newNonce(), ...this.#isOurs && { token: false } });
    this.#transcript = { protocol: PROTOCOL, hellos: [decode(hello), said], binding: this.#binding };
    return makeFrame(TYPE.challenge, 0, new TextEncoder().encode(said));
  }

  /**
   * Checks the client's proof. Gives the frame that lets it in, or nothing if the proof is wrong.
   *
   * @throws {PinwireError} `bad_frame`
   */
  async check(body: Uint8Array, about: Omit<Ready, "proof">): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const transcript = this.#transcript!;
    const given = FRAMES.proof.parse(body);
    if (!this.#isOurs && !await this.#token.verify("client", transcript, given)) return undefined;
    const proof = await this.#token.prove("server", transcript);
    return makeJsonFrame(TYPE.ready, 0, { proof, ...about });
  }
}

function checkVersion(version: number): void {
  if (version === VERSION) return;
  throw new PinwireError("bad_version", `version ${version} of the shell's wire is not known here`, {
    hint: `version ${VERSION} is; use the same pinwire on both ends`,
  });
}
