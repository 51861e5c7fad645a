import { HttpError, type RequestHead } from "../../framing/http/mod.ts";
import { canonicalIp, withoutZone } from "../ip.ts";

/** What a request is measured by: whose server it has come to. */
export interface Home {
  /** Our end of the connection: the IP address that the client has dialled, and the port. */
  readonly host?: string;
  readonly port?: number;
  /** Whether it came over TLS. */
  readonly isEncrypted: boolean;
  /** More IP addresses and names of this machine. */
  readonly names: readonly string[];
  /** Names that its owner has given, perhaps with a port: those of a proxy in front, say. */
  readonly given: readonly string[];
}

/** A host, and its port as the URL of a page would tell it. */
interface Authority {
  host: string;
  port: number;
}

/**
 * Refuses a request that a page of somebody else may have made a browser send.
 *
 * A Host that isn't ours is what DNS rebinding leaves: the attacker's name, which leads here now. It is ours, with our
 * port, if it is our IP address, `localhost`, or a name of this machine; and if it was given, with any port where it was
 * given without one.
 *
 * @throws {HttpError} 421
 */
export function checkHost({ fields }: RequestHead, home: Home): void {
  hostOf(fields.get("host") ?? "", home);
}

/**
 * The same for Origin: a browser sends it along with every WebSocket that a page opens. It must be absent, or that of a page
 * of this very server.
 *
 * @throws {HttpError} 403
 */
export function checkOrigin({ fields }: RequestHead, home: Home): void {
  const origin = fields.get("origin");
  if (origin === undefined) return;
  const host = fields.get("host") ?? "";
  const { authority: own, isGiven } = hostOf(host, home);
  const [, scheme = "", rest = ""] = origin.match(/^(https?):\/\/(.+)$/i) ?? [];
  const isHttps = scheme.toLowerCase() === "https";
  // Behind a proxy that has TLS, the page's scheme and its usual port are not ours.
  const usual = isGiven && hasNoPort(host) ? own.port : isHttps ? 443 : 80;
  const from = parseAuthority(rest, usual);
  const isSame = from?.host === own.host && from.port === own.port;
  if (!isSame || !isGiven && isHttps !== home.isEncrypted) {
    throw new HttpError(403, "pages of other origins are not served here");
  }
}

function hostOf(text: string, home: Home): { authority: Authority; isGiven: boolean } {
  const authority = parseAuthority(text, home.isEncrypted ? 443 : 80);
  if (!authority) throw new HttpError(400, "the Host is none");
  const { host, port } = authority;
  if (home.given.some((name) => isNamed(authority, name))) return { authority, isGiven: true };
  const own = [home.host ?? "", "localhost", ...home.names].map(canonical);
  if (port === home.port && own.includes(host)) return { authority, isGiven: false };
  throw new HttpError(421, "this server goes by another name", {
    hint: "use its IP address, or give the name with --web-host",
  });
}

function isNamed({ host, port }: Authority, given: string): boolean {
  const named = parseAuthority(given, port);
  return named?.host === host && named.port === port;
}

const hasNoPort = (host: string) => !/:\d+$/.test(host);

/** `NAME`, `NAME:PORT`, `[::1]:PORT` (RFC 3986, section 3.2.2), without a user. */
function parseAuthority(text: string, defaultPort: number): Authority | undefined {
  const [, host, digits] = text.match(/^(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i) ?? [];
  if (host === undefined) return undefined;
  return { host: canonical(host.replace(/^\[(.*)\]$/, "$1")), port: digits ? Number(digits) : defaultPort };
}

function canonical(host: string): string {
  const plain = withoutZone(host).toLowerCase().replace(/\.$/, "");
  return canonicalIp(plain) ?? plain;
}

/** The names of this machine, where they may be asked for (`--allow-sys`). */
export function namesOfMachine(): string[] {
  if (Deno.permissions.querySync({ name: "sys", kind: "hostname" }).state !== "granted") return [];
  const name = Deno.hostname();
  return name ? [name, `${name}.local`] : [];
}
