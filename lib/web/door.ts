import { checkPlainGet, HttpError, type RequestHead } from "../framing/http/mod.ts";
import { asksForWebSocket, checkUpgrade, type UpgradeRequest } from "../framing/websocket/mod.ts";
import type { SocketAddress } from "../net/mod.ts";
import { checkHost, checkOrigin, type Home } from "../net/websocket/mod.ts";
import type { PageFile } from "./files.ts";
import type { WebToken } from "./token.ts";

/** What a {@linkcode Door} lets through. */
export interface DoorOptions {
  /** By path. */
  files: ReadonlyMap<string, PageFile>;
  /** Where the page's WebSocket is. */
  socketPath: string;
  token: WebToken;
  /** Whether the page is on `https://`. */
  isEncrypted: boolean;
  /** The names of this machine, and those that its owner has given. */
  names: readonly string[];
  given: readonly string[];
}

/** What a request gets: a file, or its WebSocket with the sub-protocol that both speak from then on. */
export type Answer =
  | { file: PageFile; isHead: boolean }
  | { socket: UpgradeRequest; protocol: string };

/** Decides what a browser gets. It trusts nothing that a page of somebody else's can make a browser send. */
export class Door {
  #options: DoorOptions;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /**
   * What a request gets.
   *
   * @param local our end of its connection
   * @throws {HttpError} 400, 401, 403, 404, 405, 421, 426, 505
   */
  answer(head: RequestHead, local: SocketAddress): Answer {
    const { files, socketPath, isEncrypted, names, given } = this.#options;
    const home: Home = { host: local.host, port: local.port, isEncrypted, names, given };
    checkHost(head, home);
    const path = head.target.split("?")[0];
    if (path === socketPath) return this.#socket(head, home);
    checkPlainGet(head, ["GET", "HEAD"]);
    const file = files.get(path);
    if (!file || asksForWebSocket(head)) throw new HttpError(404, "there is nothing here");
    return { file, isHead: head.method === "HEAD" };
  }

  #socket(head: RequestHead, home: Home): Answer {
    const request = checkUpgrade(head);
    checkOrigin(head, home);
    // A browser that says nothing of the origin may say this (Fetch Metadata); programs say neither.
    if ((head.fields.get("sec-fetch-site") ?? "same-origin") !== "same-origin") {
      throw new HttpError(403, "pages of other origins are not served here");
    }
    const carrier = this.#options.token.carrier(request.protocols);
    if (carrier === undefined) {
      throw new HttpError(401, "the token is missing or wrong", {
        hint: "open the address that the server has said at its start",
      });
    }
    return { socket: request, protocol: request.protocols.includes("pinwire") ? "pinwire" : carrier };
  }
}
