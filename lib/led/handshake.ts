import { PinwireError } from "../errors.ts";
import { newNonce, type Token, type Transcript } from "../session/token.ts";
import { type Hello, type Message, printMessage, PROTOCOL, VERSION } from "./protocol.ts";

/**
 * The opening of a link, by the end that dialled. Without a token it is one `hello`, which needs no
 * answer. With one:
 *
 *     agent, control                       controller
 *     hello {…, nonce}            →
 *                                 ←        hello {…, nonce}
 *     proof                       →
 *                                 ←        proof
 */
export class DiallerHandshake {
  /** What is said first. */
  readonly line: string;
  #role: Hello["role"];
  #token?: Token;
  #binding: () => string;
  #transcript?: Transcript;
  #isProven: boolean;
  /** Whether the other end has said hello, so that heartbeats may pass. */
  isGreeted = false;

  /** @param binding where the connection goes; only a proof needs it */
  constructor(hello: Omit<Hello, "version" | "nonce">, token: Token | undefined, binding: () => string) {
    this.#role = hello.role;
    this.#token = token;
    this.#binding = binding;
    this.#isProven = !token;
    const nonce = token && newNonce();
    this.line = printMessage({ say: "hello", hello: { ...hello, version: VERSION, nonce } });
  }

  /** Whether the other end may be obeyed. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /**
   * Takes what the other end says of itself, and gives what to answer.
   *
   * @param line the message as it came
   * @throws {PinwireError} `refused`, `bad_proof`, `no_token`, `no_binding`
   */
  async take(message: Message, line: string): Promise<string | undefined> {
    if (message.say === "refused") {
      const hint = REFUSED.find(([why]) => message.why.includes(why))?.[1];
      throw new PinwireError("refused", `the controller does not let us in (${message.why})`, { hint });
    }
    if (message.say === "hello" && !this.isGreeted) {
      this.isGreeted = true;
      return this.#token && await this.#prove(this.#token, message.hello, line);
    }
    if (message.say === "proof" && this.#token && this.#transcript && !this.#isProven) {
      this.#isProven = await this.#token.verify("controller", this.#transcript, message.proof);
      if (!this.#isProven) throw badProof();
    }
    return undefined;
  }

  async #prove(token: Token, { nonce }: Hello, line: string): Promise<string> {
    if (nonce === undefined) {
      throw new PinwireError("no_token", "the controller has no token, so anybody may switch its devices", {
        hint: "start it with --token-file, or do without here too",
      });
    }
    this.#transcript = { protocol: PROTOCOL, hellos: [this.line, line], binding: this.#binding() };
    return printMessage({ say: "proof", proof: await token.prove(this.#role, this.#transcript) });
  }
}

const REFUSED = [
  ["token is needed", "name its --token-file"],
  [
    "proof is wrong",
    "both ends need the same --token-file; if something stands in between, such as a relay, use tls://",
  ],
];

/** The opening of a link, by the controller. */
export class ControllerHandshake {
  #token?: Token;
  #binding: () => string;
  #hello?: Hello;
  #transcript?: Transcript;

  /** @param binding where the connection goes; only a proof needs it */
  constructor(token: Token | undefined, binding: () => string) {
    this.#token = token;
    this.#binding = binding;
  }

  /** Whether the other end has said hello and has to prove that it knows the token. */
  get awaitsProof(): boolean {
    return this.#transcript !== undefined;
  }

  /**
   * Takes the other end's hello, and gives the answer. Without a token the handshake is through.
   *
   * @param line the hello as it came
   * @throws {PinwireError} `refused`, `no_binding`: the message is for the other end
   */
  greet(hello: Hello, line: string): string {
    if (hello.version !== VERSION) throw refusal(`version ${VERSION} is spoken here`);
    if (this.#token && hello.nonce === undefined) throw refusal("a token is needed");
    const nonce = this.#token && newNonce();
    const answer = printMessage({ say: "hello", hello: { role: "controller", version: VERSION, nonce } });
    this.#hello = hello;
    if (this.#token) {
      this.#transcript = { protocol: PROTOCOL, hellos: [line, answer], binding: this.#binding() };
    }
    return answer;
  }

  /** Takes the other end's proof, and gives ours, or nothing if it was wrong. */
  async check(proof: string): Promise<string | undefined> {
    const transcript = this.#transcript!;
    const isRight = await this.#token!.verify(this.#hello!.role, transcript, proof);
    if (!isRight) return undefined;
    return printMessage({ say: "proof", proof: await this.#token!.prove("controller", transcript) });
  }
}

/** Why a controller doesn't let an end in, in words that it is told. */
export const refusal = (why: string) => new PinwireError("refused", why);

const badProof = () =>
  new PinwireError("bad_proof", "the controller does not know the token", {
    hint: "both ends need the same --token-file; somebody may stand in between",
  });
