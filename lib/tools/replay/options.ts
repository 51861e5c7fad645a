import type { Kind } from "../../cli/mod.ts";
import { addressKind, SOCKETS } from "../../app/options.ts";
import { usageError } from "../../errors.ts";
import { type Address, formatAddress, hostPort, isLoopback, parseAddress, WEB_PORTS } from "../../net/mod.ts";
import type { Stream } from "../../packet/mod.ts";
import type { StreamChoice } from "./conversation.ts";

/** An ADDRESS that may leave its scheme to the recording. */
export interface PlayAddress {
  address: Address;
  hasScheme: boolean;
}

/** ADDRESS on the command line. */
export const playAddressKind: Kind<PlayAddress> = {
  ...addressKind({ schemes: SOCKETS, webPorts: WEB_PORTS }),
  parse: (text) => ({
    address: parseAddress(text, { schemes: SOCKETS, webPorts: WEB_PORTS }),
    hasScheme: /^([a-z]+:\/\/|unix:)/.test(text),
  }),
};

/** `0`, `tcp:0`, `udp:0`. */
export const streamKind: Kind<StreamChoice> = {
  meta: "N|udp:N",
  parse(text) {
    const [, protocol, digits] = text.match(/^(?:(tcp|udp):)?(\d{1,9})$/) ?? [];
    if (digits === undefined) {
      throw usageError(
        `"${text}" names no stream`,
        "write its number as tshark counts, or udp:N for datagrams",
      );
    }
    return { protocol: protocol as StreamChoice["protocol"], number: Number(digits) };
  },
};

/** Options that belong to one side alone, by the side. */
const ONE_SIDED = {
  client: { ca: "--ca", bind: "--bind", retry: "--retry", origin: "--origin" },
  server: { tlsCert: "--tls-cert", tlsKey: "--tls-key" },
} as const;

/**
 * Checks that no option of the other side is given.
 *
 * @throws {PinwireError} `usage`
 */
export function checkSide(
  side: "client" | "server",
  options: {
    ca?: unknown;
    bind?: unknown;
    retry?: unknown;
    origin?: unknown;
    tlsCert?: unknown;
    tlsKey?: unknown;
  },
): void {
  const other = side === "client" ? "server" : "client";
  for (const [name, flag] of Object.entries(ONE_SIDED[other])) {
    if (options[name as keyof typeof options]) {
      throw usageError(`${flag} is for --as ${other}`, "leave one of the two out");
    }
  }
}

/**
 * Checks that what is played isn't recorded over: it is read while it is played.
 *
 * @throws {PinwireError} `usage`
 */
export async function checkRecord(file: string, record: string | undefined): Promise<void> {
  if (record === undefined || !await isSameFile(file, record)) return;
  throw usageError(`--record would overwrite ${file} while it is played`, "name another file to record to");
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  try {
    const [first, second] = await Promise.all([Deno.stat(one), Deno.stat(other)]);
    // A file may have two names without a link between them; Windows tells no numbers.
    if (first.ino !== null) return first.dev === second.dev && first.ino === second.ino;
    return await Deno.realPath(one) === await Deno.realPath(other);
  } catch {
    // One that isn't there is said when it is opened.
    return false;
  }
}

/**
 * Where a stream is played: the address that was given, or that of the recorded server, if it is on this machine.
 *
 * @throws {PinwireError} `usage` if there is none, or it is for another kind of stream
 */
export function whereToPlay({ protocol, server }: Stream, given?: PlayAddress): Address {
  const recorded = { scheme: protocol, hostname: server.address, port: server.port };
  if (!given) {
    if (isLoopback(recorded.hostname)) return recorded;
    throw usageError(
      `the recording is of ${hostPort(recorded)}, which may be another machine`,
      "give the ADDRESS to play it at",
    );
  }
  const { address, hasScheme } = given;
  if (protocol === "udp") {
    if (address.scheme === "tcp" && !hasScheme) return { ...address, scheme: "udp" };
    if (address.scheme !== "udp") throw unfit(address, "datagrams", "udp://HOST:PORT");
  } else if (address.scheme === "udp") {
    throw unfit(address, "a connection", "tcp://HOST:PORT");
  }
  return address;
}

const unfit = (address: Address, what: string, right: string) =>
  usageError(`the recording is of ${what}, and ${formatAddress(address)} has none`, `write ${right}`);
