import { usageError } from "../errors.ts";
import { type InternetAddress, parseAddress } from "../net/mod.ts";
import { readNamedFile } from "./dialling.ts";

/** A kind of server that a command makes use of: a broker, a store. */
export interface ServiceKind {
  /** What it is called in errors: `a broker`. */
  noun: string;
  /** The scheme of its URL; one more `s` is TLS. */
  scheme: string;
  /** The ports that it has by default, plain and over TLS. */
  ports: readonly [plain: number, secure: number];
  /** The variable of the environment that holds our password. */
  variable: string;
}

/** A server of that kind. */
export interface Service {
  /** Over TLS with the scheme that has one more `s`. */
  address: InternetAddress;
  /** Who we are to it. */
  user?: string;
  /** What stands behind the address, without the `/`. */
  path: string;
}

/**
 * Reads `SCHEME://[USER@]HOST[:PORT][/PATH]`; USER may be percent-encoded (RFC 3986, section 2.1).
 *
 * @throws {PinwireError} `usage`, telling what is right
 */
export function parseService(text: string, { noun, scheme, ports, variable }: ServiceKind): Service {
  // What stands before the @ may be a secret.
  const shown = text.replace(/\/\/.*@/s, "//…@");
  const wrong = (hint: string) => usageError(`"${shown}" is not ${noun}`, hint);
  const [, given = "", user, host, path = ""] = text.match(/^(\w+):\/\/(?:(.*)@)?([^/]*)(?:\/(.*))?$/s) ?? [];
  const secure = `${scheme}s`;
  const name = given.toLowerCase();
  if (name !== scheme && name !== secure) throw wrong(`write ${scheme}://HOST or ${secure}://USER@HOST`);
  if (user?.includes(":")) {
    throw wrong(`a password in it is seen by everybody: put it into ${variable} or --password-file`);
  }
  if (!host) throw wrong(`write ${scheme}://HOST or ${scheme}://HOST:PORT`);
  // A number alone is a port to every other address; here it would be a host.
  if (/^\d+$/.test(host)) throw wrong(`write ${name}://localhost:${host}`);
  const [plainPort, securePort] = ports;
  const address = parseAddress(
    host,
    name === secure ? { port: securePort, schemes: ["tls"] } : { port: plainPort, schemes: ["tcp"] },
  ) as InternetAddress;
  return { address, path, ...user && { user: decodeUser(user, wrong) } };
}

function decodeUser(user: string, wrong: (hint: string) => Error): string {
  try {
    return decodeURIComponent(user);
  } catch {
    throw wrong("a % in the name is written %25");
  }
}

/**
 * Our password: from the file, else from the environment.
 *
 * @param file that of `--password-file`, whose first line it is: editors put a newline behind it
 * @throws {PinwireError} `file_unreadable`
 */
export async function passwordFor(
  { variable }: ServiceKind,
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined) return Deno.env.get(variable);
  const text = await readNamedFile(file, "--password-file", "check its name and its rights");
  return text.split(/\r?\n/, 1)[0];
}
