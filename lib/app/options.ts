import { choice, type Command, duration, integer, type Kind, type Permission, text } from "../cli/mod.ts";
import { DEFAULT_MAX_FRAME, FRAME_SPECS, parseSpec } from "../framing/mod.ts";
import { canonicalEncoding, ENCODINGS } from "../text/mod.ts";
import { usageError } from "../errors.ts";
import {
  type Address,
  type AddressDefaults,
  DIAL_TIMEOUT,
  type Endpoint,
  type InternetAddress,
  isHost,
  isIpAddress,
  isWeb,
  isZoned,
  parseAddress,
  WEB_PORTS,
} from "../net/mod.ts";
import { webSocketOptions } from "./websocket/options.ts";

/** An ADDRESS on the command line. */
export function addressKind(defaults: AddressDefaults): Kind<Address> {
  return {
    meta: "ADDRESS",
    parse: (value) => parseAddress(value, defaults),
    values: () => [
      `127.0.0.1:${defaults.port ?? ""}`,
      ...defaults.schemes.map((scheme) => scheme === "unix" ? "unix:" : `${scheme}://`),
    ],
  };
}

/** The schemes of streams of bytes. */
export const BYTE_STREAMS = ["tcp", "tls", "unix"] as const;
/** Those of all streams. A new carrier is named here once. */
export const STREAMS = ["tcp", "tls", "unix", "ws", "wss"] as const;
/** The same, and datagrams. */
export const SOCKETS = ["tcp", "udp", "tls", "unix", "ws", "wss"] as const;

/**
 * The ADDRESS of a mode's command: on this machine, at the mode's own port, unless it says otherwise.
 *
 * @param isDialled whether it is a client's, to whom `ws://HOST` is port 80
 */
export function addressPositional(
  port: number,
  schemes: typeof BYTE_STREAMS | typeof STREAMS | typeof SOCKETS,
  isDialled = false,
) {
  const others = schemes.flatMap((scheme) => scheme === "tcp" || scheme === "unix" ? [] : [`${scheme}://…`]);
  return {
    kind: addressKind({ port, schemes, webPorts: isDialled ? WEB_PORTS : undefined }),
    optional: true,
    help: `HOST:PORT, PORT, ${others.join(", ")} or unix:PATH (default 127.0.0.1:${port})`,
  } as const;
}

const encodingKind: Kind<string> = {
  meta: "NAME",
  parse: canonicalEncoding,
  values: () => ENCODINGS,
};

const frameKind: Kind<string> = {
  meta: "SPEC",
  // The largest limit there is, since --max-frame may stand behind; openContext parses it again with that.
  parse: (value) => parseSpec(value, MAX_FRAME_LIMIT).spec,
  values: () => [...FRAME_SPECS],
};

/** One frame must fit into an ArrayBuffer and be held in memory. */
const MAX_FRAME_LIMIT = 0x7fff_ffff;

/** How bytes are text. It has no default, since for some commands it matters that it was given. */
export const encodingOption = {
  encoding: {
    kind: encodingKind,
    short: "e",
    common: "",
    help: "how text is written in bytes: utf-8 (default), gbk, gb18030, big5, shift_jis …",
  },
};

/** How a stream is cut into messages. `maxFrame` is the default limit, in bytes. */
export function frameOptions(defaultFrame: string, maxFrame: number = DEFAULT_MAX_FRAME) {
  return {
    frame: {
      kind: frameKind,
      short: "f",
      default: defaultFrame,
      common: `default ${defaultFrame}`,
      help: `how a stream is cut into messages: ${FRAME_SPECS.join(", ")}. ` +
        "In delim, bytes from 40 on can be the second half of a GBK character",
    },
    maxFrame: {
      kind: integer("BYTES", 1, MAX_FRAME_LIMIT),
      default: maxFrame,
      common: `default ${maxFrame === DEFAULT_MAX_FRAME ? "1M" : maxFrame}`,
      help: "longest message that is taken",
    },
  };
}

/** What every command that opens a socket has. */
export const outputOptions = {
  json: { short: "j", common: "", help: "print events on stdout, one JSON object a line" },
  quiet: { short: "q", common: "", help: "on stderr only the ready line and errors" },
  trace: { common: "", help: "show on stderr what crosses the wire, and where frames begin and end in it" },
  record: {
    kind: text("FILE"),
    common: "",
    help: "write what crosses the wire to FILE, as pcapng for Wireshark; - is stdout",
  },
  force: { common: "", help: "overwrite the FILE of --record" },
  noColor: { common: "", help: "no colours (NO_COLOR does the same; TERM=dumb: no escape sequence at all)" },
};

/** What every server has. */
export const serverOptions = {
  maxClients: {
    kind: integer("N", 1),
    default: 1024,
    common: "",
    help: "connections at a time (default 1024); the next one is closed",
  },
  idleTimeout: {
    kind: duration(),
    default: 0,
    common: "",
    help: "close a connection on which nothing moved for so long: 30, 500ms, 5m (default 0: never)",
  },
  tlsCert: {
    kind: text("FILE"),
    common: "",
    help: "the server's certificate, PEM; makes tcp:// tls://, and wss:// needs it",
  },
  tlsKey: { kind: text("FILE"), common: "", help: "the certificate's private key, PEM" },
  metrics: {
    kind: webKind(9_464),
    common: "",
    help: "numbers for Prometheus and the like, at /metrics of HOST:PORT or PORT (https:// with --tls-cert)",
  },
};

/** Where a server speaks HTTP: HOST:PORT, PORT, or as a browser shows it. */
function webKind(port: number): Kind<InternetAddress> {
  return {
    meta: "ADDRESS",
    parse: (value) =>
      parseAddress(value.replace(/^https?:\/\/(.*?)\/?$/, "$1"), { schemes: ["tcp"] }) as InternetAddress,
    values: () => [`127.0.0.1:${port}`, `0.0.0.0:${port}`],
  };
}

const webHostKind: Kind<string> = {
  meta: "NAME",
  parse(value) {
    if (/^[^:]+(:\d{1,5})?$/.test(value) && isHost(value.replace(/:\d+$/, ""))) return value.toLowerCase();
    throw usageError(`"${value}" is no host`, "write the name that stands in the browser's address bar");
  },
};

/** What a server has that browsers can use. */
export const webOptions = {
  web: {
    kind: webKind(8_000),
    help:
      "a page for browsers, at HOST:PORT or PORT (https:// with --tls-cert); the ready line says its address",
  },
  webHost: {
    kind: webHostKind,
    multiple: true,
    common: "",
    help:
      "a name under which browsers may ask for the page, or for ws://, besides those of this machine: NAME or " +
      "NAME:PORT",
  },
} as const;

/** @throws {PinwireError} `usage` for options of a page that there isn't, at an address that no page can reach */
export function checkWeb(
  { web, webHost, metrics }: { web?: InternetAddress; webHost: readonly string[]; metrics?: InternetAddress },
  address: Partial<Address> = {},
): void {
  if (web?.port && "port" in address && address.port === web.port && address.scheme !== "udp") {
    throw usageError(
      `--web ${web.port} is the server's own port`,
      "a page needs a port of its own: give it another",
    );
  }
  if (!web && !metrics && webHost.length && !isWeb(address)) {
    throw usageError("--web-host is for a page", "add --web ADDRESS, or leave it out");
  }
}

/** Our own end of what is dialled. */
const bindKind: Kind<Endpoint> = {
  meta: "HOST[:PORT]",
  parse(value) {
    const text = isIpAddress(value) && value.includes(":") ? `[${value}]` : value;
    const { hostname, port } = parseAddress(text, {
      port: 0,
      host: "0.0.0.0",
      schemes: ["tcp"],
    }) as InternetAddress;
    if (isIpAddress(hostname)) return { hostname, port };
    throw usageError(
      `"${value}" is no IP address`,
      "give --bind an address of this machine, as in 192.168.1.5:0",
    );
  },
};

/** What every client has. */
export const byteClientOptions = {
  ca: {
    kind: text("FILE"),
    common: "",
    help: "trust the certificates in this PEM file, beside the system's (tls://, wss://)",
  },
  connectTimeout: {
    kind: duration(),
    default: DIAL_TIMEOUT,
    common: "",
    help: "give an attempt to connect up after so long (default 10; 0: never)",
  },
  retry: {
    kind: integer("N", 0),
    default: 0,
    common: "",
    help: "if nobody is there, try again so many times, a second apart (default 0)",
  },
  bind: {
    kind: bindKind,
    common: "",
    help: "dial from this address of this machine, and this port (default: what the system takes)",
  },
};

/** The same where it may dial a WebSocket. */
export const clientOptions = { ...byteClientOptions, ...webSocketOptions };

/** What a command has that may speak to a multicast group, or listen to one. */
export const interfaceOption = {
  interface: {
    kind: text("NAME|ADDRESS"),
    help: "the interface at which a multicast group is joined, or sent to (default: what the system takes)",
  },
};

/** What every client has that dials again. */
export const reconnectOption = {
  noReconnect: { help: "when the link is lost, end with 1 instead of dialling again" },
};

/** What a command needs that works with sockets; the system's own are used where they are allowed (`--allow-ffi`). */
export const socketPermissions = {
  permissions: ["net"],
  optionalPermissions: ["ffi"],
} as const satisfies Pick<Command, "permissions" | "optionalPermissions">;

/** What a client needs. An address that is still to be asked for may be a path. */
export function clientPermissions(
  options: { ca?: string; interface?: string; record?: string },
  { address }: { address?: Address },
): Permission[] {
  if (!address || address.scheme === "unix") return ["net", "read", "write"];
  return [
    "net",
    ...options.ca === undefined ? [] : ["read"] as const,
    ...interfacePermissions(options, address),
    ...recordPermissions(options),
  ];
}

/** What `--interface` and a zone need: a list of the interfaces. */
export function interfacePermissions(given: { interface?: string }, ...ends: Address[]): Permission[] {
  return given.interface !== undefined || ends.some(isZoned) ? ["sys"] : [];
}

/** What `--record` needs besides. */
export const recordPermissions = ({ record }: { record?: string }): Permission[] =>
  record === undefined || record === "-" ? [] : ["write"];

/** A secret that both ends know. */
export const tokenOption = {
  tokenFile: { kind: text("FILE"), help: "both ends must know what is in this file; nobody else gets in" },
};

/** When to end. */
export const endOptions = {
  once: { help: "end after the first message" },
  until: {
    kind: text("WORD"),
    help: "end when this message passes, either way; if it never does, the exit code is 1",
  },
};

/** What `send` and `receive` put at the end of a line. */
export const newlineKind: Kind<"lf" | "crlf"> = choice("lf|crlf", ["lf", "crlf"]);
