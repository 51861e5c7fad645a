import { type Context, hasColors, isDumb, serverAddress } from "../app/mod.ts";
import {
  hostPort,
  type InternetAddress,
  isLoopback,
  knownInterfaces,
  listen,
  type Listener,
} from "../net/mod.ts";
import { namesOfMachine } from "../net/websocket/mod.ts";
import type { Page } from "../session/mod.ts";
import type { Token } from "../session/token.ts";
import { Door } from "./door.ts";
import { EventStream } from "./event_stream.ts";
import { filesOf, type PageFile, type PageName } from "./files.ts";
import { PageListener } from "./page_listener.ts";
import { WebToken } from "./token.ts";

/** The values of the options that every server with a page has, as `options.ts` declares them. */
export interface PageOptions {
  /** Where the page is. */
  web: InternetAddress;
  /** Names under which it is asked for, besides those of this machine. */
  webHost: readonly string[];
  tlsCert?: string;
  tlsKey?: string;
  json: boolean;
  quiet: boolean;
  noColor: boolean;
  /** The most bytes in a message of a page. */
  maxFrame: number;
}

/**
 * Opens the socket of a page.
 *
 * @param socketPath where its WebSocket is: `/ws` of one that takes part, `/events` of one that looks on
 * @throws {PinwireError} why it can't listen there; `usage`, `file_unreadable` … for the files of TLS
 */
export async function openPage(
  name: PageName,
  socketPath: "/ws" | "/events",
  options: PageOptions,
  context: Context,
): Promise<Page> {
  const where = options.web;
  const { address, identity } = await serverAddress(where, options);
  const isEncrypted = address.scheme === "tls";
  // Whoever has opened its socket may give up the right to ask.
  const machine = machineOf(where.hostname);
  const [files, listener] = await Promise.all([filesOf(name), listen(address, { identity })]);
  return new OpenPage({ ...options, ...machine, files, socketPath, isEncrypted }, listener, context);
}

/** What is known of this machine while that may be asked. */
interface Machine {
  names: string[];
  /** How a browser gets here. */
  host: string;
}

function machineOf(hostname: string): Machine {
  const isWildcard = hostname === "0.0.0.0" || hostname === "::";
  if (isWildcard) return { names: namesOfMachine(), host: ownAddress() ?? "localhost" };
  // What was asked for by a name is known by it.
  return { names: [...namesOfMachine(), hostname], host: hostname };
}

/** An address of this machine that others can reach, if it may be asked for (`--allow-sys`). */
function ownAddress(): string | undefined {
  return knownInterfaces()
    .find(({ family, address }) =>
      family === "IPv4" && !isLoopback(address) && !address.startsWith("169.254.")
    )
    ?.address;
}

/**
 * `localhost` is `::1` to a browser first, where another user's server may listen while ours is on 127.0.0.1: the secret
 * would be told to that. A certificate would give it away.
 *
 * @param address where we listen: `tcp://127.0.0.1:8000`
 */
function ownSocket(host: string, address: string): string {
  if (!/^(?:.+\.)?localhost\.?$/i.test(host)) return host;
  const [, bound] = address.match(/^tcp:\/\/\[?([^\]]+)\]?:\d+$/)!;
  return bound === "0.0.0.0" ? "127.0.0.1" : bound === "::" ? "::1" : bound;
}

class OpenPage implements Page {
  readonly events?: EventStream;
  #options: OpenPageOptions;
  #listener: Listener;
  #context: Context;

  constructor(options: OpenPageOptions, listener: Listener, context: Context) {
    this.#options = options;
    this.#listener = listener;
    this.#context = context;
    if (options.socketPath === "/events") this.events = new EventStream(context);
  }

  async begin(secret?: Token): Promise<Listener> {
    const { webHost: given, maxFrame, ...options } = this.#options;
    const token = await WebToken.from(secret);
    const door = new Door({ ...options, given, token });
    await this.#announce(token);
    return new PageListener(this.#listener, door, maxFrame, this.#context);
  }

  async #announce(token: WebToken): Promise<void> {
    const { isEncrypted, web: { hostname }, host, json, quiet, noColor } = this.#options;
    const { reporter } = this.#context;
    const port = Number(this.#listener.address.match(/:(\d+)$/)![1]);
    const scheme = isEncrypted ? "https" : "http";
    const where = isEncrypted ? host : ownSocket(host, this.#listener.address);
    const url = `${scheme}://${hostPort({ hostname: where, port })}/#k=${token.text}`;
    const isOpen = !isLoopback(hostname);
    reporter.report({
      event: "listening",
      address: `${scheme}://${hostPort({ hostname, port })}`,
      sockets: this.#listener.sockets,
      url,
      ...isOpen && !isEncrypted && { warning: READABLE },
    });
    // On this machine nobody needs a camera.
    if (!isOpen || json || quiet || isDumb || !Deno.stderr.isTerminal()) return;
    const { qrCode } = await import("./qr.ts");
    reporter.note(qrCode(url, hasColors(Deno.stderr, noColor)));
  }

  [Symbol.dispose](): void {
    this.events?.[Symbol.dispose]();
    this.#listener.close();
  }
}

const READABLE = "whoever is on the way can read the page's token: use --tls-cert and --tls-key";

interface OpenPageOptions extends PageOptions, Machine {
  files: ReadonlyMap<string, PageFile>;
  socketPath: string;
  isEncrypted: boolean;
}
