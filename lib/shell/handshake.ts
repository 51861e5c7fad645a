import { PinwireError } from "../errors.ts";
import { type Connection, isPeerLocal } from "../net/mod.ts";
import { newNonce, type Token, type Transcript } from "../session/token.ts";
import {
  makeFrame,
  makeJsonFrame,
  parseHello,
  parseProof,
  parseReady,
  PROTOCOL,
  type Ready,
  TYPE,
  VERSION,
} from "./protocol.ts";

/** Whether the wire would be spoken over plain TCP to another machine, which neither end does. */
export const needsTls = ({ remote }: Connection) => remote.startsWith("tcp:") && !isPeerLocal(remote);

const decode = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/**
 * The client's side of the opening:
 *
 *     client               server
 *     hello {nonce}    →
 *                      ←   challenge {nonce}
 *     proof            →
 *                      ←   ready {proof, …}
 */
export class ClientHandshake {
  /** The frame that is said first. */
  readonly hello: Uint8Array<ArrayBuffer>;
  #token: Token;
  #binding: string;
  #said: string;
  #transcript?: Transcript;

  constructor(token: Token, binding: string) {
    this.#token = token;
    this.#binding = binding;
    this.#said = JSON.stringify({ version: VERSION, nonce: newNonce() });
    this.hello = makeFrame(TYPE.hello, 0, new TextEncoder().encode(this.#said));
  }

  /**
   * Gives the frame that answers the server's challenge.
   *
   * @throws {PinwireError} `bad_frame`, `bad_version`
   */
  async prove(challenge: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    checkVersion(parseHello(challenge).version);
    this.#transcript = {
      protocol: PROTOCOL,
      hellos: [this.#said, decode(challenge)],
      binding: this.#binding,
    };
    return makeJsonFrame(TYPE.proof, 0, { proof: await this.#token.prove("client", this.#transcript) });
  }

  /**
   * Takes the server's `ready`.
   *
   * @throws {PinwireError} `bad_frame`, `bad_proof`
   */
  async check(body: Uint8Array): Promise<Ready> {
    const ready = parseReady(body);
    const isRight = this.#transcript && await this.#token.verify("server", this.#transcript, ready.proof);
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
  #transcript?: Transcript;

  constructor(token: Token, binding: string) {
    this.#token = token;
    this.#binding = binding;
  }

  /** Whether the client has said hello, so that a proof is due. */
  get isGreeted(): boolean {
    return this.#transcript !== undefined;
  }

  /**
   * Gives the frame that answers the client's hello.
   *
   * @throws {PinwireError} `bad_frame`, `bad_version`
   */
  challenge(hello: Uint8Array): Uint8Array<ArrayBuffer> {
    checkVersion(parseHello(hello).version);
    const said = JSON.stringify({ version: VERSION, nonce: newNonce() });
    this.#transcript = { protocol: PROTOCOL, hellos: [decode(hello), said], binding: this.#binding };
    return makeFrame(TYPE.challenge, 0, new TextEncoder().encode(said));
  }

  /**
   * Takes the client's proof, and gives the frame that lets it in, or nothing if it was wrong.
   *
   * @throws {PinwireError} `bad_frame`
   */
  async check(body: Uint8Array, about: Omit<Ready, "proof">): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const transcript = this.#transcript!;
    if (!await this.#token.verify("client", transcript, parseProof(body))) return undefined;
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
