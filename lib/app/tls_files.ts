import { PinwireError, usageError } from "../errors.ts";
import { certificatesIn, keyIn } from "./pem.ts";
import {
  type Address,
  checkInterface,
  type DialOptions,
  type Endpoint,
  formatAddress,
  type ServerIdentity,
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
  const isTls = address.scheme === "tls";
  if (!isTls && tlsCert === undefined && tlsKey === undefined) return { address };
  if (tlsCert === undefined || tlsKey === undefined) {
    throw usageError(
      "TLS needs both --tls-cert and --tls-key",
      'make the two files with "pinwire cert localhost 127.0.0.1"',
    );
  }
  if (!isTls && address.scheme !== "tcp") {
    throw usageError(`${formatAddress(address)} can't have TLS`, "use tls:// or tcp://");
  }
  const identity = {
    cert: certificatesIn(...await readPem(tlsCert, "--tls-cert")),
    key: keyIn(...await readPem(tlsKey, "--tls-key")),
  };
  return { address: { ...address, scheme: "tls" }, identity };
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
}

/**
 * How to dial `address`.
 *
 * @throws {PinwireError} `usage` for what the address can't have; `file_unreadable`, `bad_certificate`
 */
export async function dialOptions(
  address: Address,
  { ca, connectTimeout: timeout, retry, bind, interface: on }: DialSettings,
): Promise<DialOptions> {
  checkInterface(address, on);
  const options = { timeout, retry, bind, interface: on };
  if (bind && address.scheme === "unix") {
    throw usageError(`${formatAddress(address)} can't be dialled from an address`, "leave --bind out");
  }
  if (ca === undefined) return options;
  if (address.scheme !== "tls") throw usageError("--ca is for tls:// addresses", "write tls://HOST:PORT");
  return { ...options, ca: certificatesIn(...await readPem(ca, "--ca")) };
}

/**
 * What a file holds, and how it is called in errors.
 *
 * @throws {PinwireError} `file_unreadable`
 */
async function readPem(path: string, option: string): Promise<[pem: string, source: string]> {
  try {
    return [await Deno.readTextFile(path), `the file ${path} of ${option}`];
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const why = error instanceof Deno.errors.NotFound ? "does not exist" : "can't be read";
    throw new PinwireError("file_unreadable", `the file ${path} of ${option} ${why}`, {
      hint: 'make one with "pinwire cert HOST", or check the path',
      cause: error,
    });
  }
}
