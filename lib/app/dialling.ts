import { PinwireError, usageError } from "../errors.ts";
import { fileTrouble } from "./new_file.ts";
import type { HeaderField } from "./websocket/options.ts";
import { certificatesIn, keyIn } from "./pem.ts";
import {
  type Address,
  checkInterface,
  type DialOptions,
  type Endpoint,
  formatAddress,
  type InternetAddress,
  isTls,
  isWeb,
  type MessageForm,
  parseAddress,
  type ServerIdentity,
  type WebSocketRequest,
} from "../net/mod.ts";

/**
 * The address that a server listens on, and its certificate: `--tls-cert` turns `tcp://` into `tls://`.
 *
 * @throws {PinwireError} `usage` if one of the two files is missing, or the address can't have TLS
 */
export async function serverAddress(
  address: Address,
  { tlsCert, tlsKey }: { tlsCert?: string; tlsKey?: string },
): Promise<{ address: Address; identity?: ServerIdentity }> {
  checkServedPath(address);
  const hasTls = isTls(address);
  if (!hasTls && tlsCert === undefined && tlsKey === undefined) return { address };
  if (tlsCert === undefined || tlsKey === undefined) {
    throw usageError(
      "TLS needs both --tls-cert and --tls-key",
      'make the two files with "pinwire cert localhost 127.0.0.1"',
    );
  }
  if (!hasTls && address.scheme !== "tcp") {
    const hint = address.scheme === "ws" ? "use wss://" : "use tls:// or tcp://";
    throw usageError(`${formatAddress(address)} can't have TLS`, hint);
  }
  const identity = {
    cert: certificatesIn(...await readPem(tlsCert, "--tls-cert")),
    key: keyIn(...await readPem(tlsKey, "--tls-key")),
  };
  return { address: address.scheme === "tcp" ? { ...address, scheme: "tls" } : address, identity };
}

function checkServedPath(address: Address): void {
  if (!isWeb(address) || (address.path ?? "/") === "/") return;
  throw usageError(`${formatAddress(address)} has a path`, "leave it out: a server takes any");
}

/** What the dialling options of a command line say. */
export interface DialSettings {
  /** The file of `--ca`. */
  ca?: string;
  /** Ms that an attempt may take; 0 is no limit. */
  connectTimeout?: number;
  /** Further attempts where nobody is there. */
  retry?: number;
  /** Our own end. */
  bind?: Endpoint;
  /** The interface that datagrams to a group leave by. */
  interface?: string;
  /** The sub-protocols that a WebSocket offers. */
  subprotocol?: string[];
  /** More fields for its request. */
  header?: HeaderField[];
  /** The page that it pretends to be. */
  origin?: string;
}

/**
 * How to dial `address`.
 *
 * @param form how the messages of a WebSocket are bytes
 *
 * @throws {PinwireError} `usage` for what the address can't have; `file_unreadable`, `bad_certificate`
 */
export async function dialOptions(
  address: Address,
  settings: DialSettings,
  form?: MessageForm,
): Promise<DialOptions> {
  const { ca, connectTimeout: timeout, retry, bind, interface: on } = settings;
  checkInterface(address, on);
  const options = {
    timeout,
    retry,
    bind,
    interface: on,
    webSocket: webSocketRequest(address, settings, form),
  };
  if (bind && address.scheme === "unix") {
    throw usageError(`${formatAddress(address)} can't be dialled from an address`, "leave --bind out");
  }
  if (ca === undefined) return options;
  if (!isTls(address)) {
    throw usageError("--ca is for tls:// and wss:// addresses", "write tls://HOST:PORT");
  }
  return { ...options, ca: certificatesIn(...await readPem(ca, "--ca")) };
}

function webSocketRequest(
  address: Address,
  { subprotocol: subprotocols = [], header: fields = [], origin }: DialSettings,
  form?: MessageForm,
): WebSocketRequest | undefined {
  if (isWeb(address)) return { form, subprotocols, fields, origin };
  const given = { "--subprotocol": subprotocols.length, "--header": fields.length, "--origin": origin };
  for (const [option, value] of Object.entries(given)) {
    if (value) throw usageError(`${option} is for ws:// and wss:// addresses`, "leave it out");
  }
  return undefined;
}

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
  /** What may stand behind the address, and how to write it right. */
  path: { form: RegExp; hint: string };
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
export function parseService(
  text: string,
  { noun, scheme, ports, variable, path: rest }: ServiceKind,
): Service {
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
  if (!rest.form.test(path)) throw wrong(rest.hint);
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

/** What a file of PEM holds, and how it is called in errors. */
async function readPem(path: string, option: string): Promise<[pem: string, source: string]> {
  const pem = await readNamedFile(path, option, 'make one with "pinwire cert HOST", or check the path');
  return [pem, `the file ${path} of ${option}`];
}

/** A text as the editors and shells of Windows may write it too: in UTF-16, behind a byte order mark. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe
    ? "utf-16le"
    : first === 0xfe && second === 0xff
    ? "utf-16be"
    : "utf-8";
  return new TextDecoder(encoding, { ignoreBOM: encoding === "utf-8" }).decode(bytes);
}

/**
 * The text of a file that an option names.
 *
 * @param hint what to do if it can't be read
 * @throws {PinwireError} `file_unreadable`
 */
async function readNamedFile(path: string, option: string, hint: string): Promise<string> {
  try {
    return textOf(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const isThere = !(error instanceof Deno.errors.NotFound);
    const why = isThere ? `can't be read (${fileTrouble(error)})` : "does not exist";
    throw new PinwireError("file_unreadable", `the file ${path} of ${option} ${why}`, {
      hint: isThere ? "mend that, or name another file" : hint,
      cause: error,
    });
  }
}
