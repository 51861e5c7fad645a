import { PinwireError } from "../errors.ts";
import { FrameError } from "../framing/mod.ts";

/** An error while reading or writing, in our words; one of ours, and a missing permission, stays. */
export function translateIoError(error: unknown, peer: string): unknown {
  if (error instanceof PinwireError || !(error instanceof Error)) return error;
  const make = (code: string, message: string) => new PinwireError(code, message, { cause: error });
  if (error instanceof Deno.errors.ConnectionReset) {
    return make("connection_reset", `${peer} reset the connection`);
  }
  if (
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.UnexpectedEof
  ) return make("connection_closed", `the connection to ${peer} is closed`);
  if (error instanceof Deno.errors.TimedOut) return make("timed_out", `${peer} did not answer in time`);
  return error instanceof Deno.errors.InvalidData ? translateTlsError(error, peer) : error;
}

/** Whether an error says no more than that the peer, or the connection, has gone. */
export function hasGone(error: unknown): boolean {
  return error instanceof PinwireError &&
    (error.code === "connection_reset" || error.code === "connection_closed");
}

/** Why a connection ended, for its `disconnected` event: `connection reset`, `bad frame` … */
export function reasonOf(error: unknown): string {
  if (error instanceof FrameError) return "bad frame";
  return error instanceof PinwireError ? error.code.replaceAll("_", " ") : "error";
}

/**
 * What is wrong with TLS, in a few words such as `expired` or `unknown issuer`, if an error is about that and we know
 * words for it; `error.hint` says what to do. `no TLS`: something else is spoken there.
 */
export function tlsFault(error: unknown): string | undefined {
  return error instanceof PinwireError && error.code === "tls_failed"
    ? hintFor(error.message)?.[1]
    : undefined;
}

function translateTlsError(error: Error, peer: string): PinwireError {
  const known = hintFor(error.message)?.[2] ?? "check the certificate of both sides";
  const hint = peer.startsWith("wss:") ? known.replace("tls://", "wss://") : known;
  return new PinwireError("tls_failed", `TLS with ${peer} failed (${error.message})`, { hint, cause: error });
}

const hintFor = (message: string) => TLS_HINTS.find(([pattern]) => pattern.test(message));

// The TLS library tells its errors apart by their messages alone.
const TLS_HINTS: [pattern: RegExp, fault: string, hint: string][] = [
  [
    /InvalidContentType|corrupt message|unexpected handshake message|wrong version number/,
    "no TLS",
    "the other side does not speak TLS; use tls:// on both sides or on none",
  ],
  [
    /received fatal alert: (UnknownCA|DecryptError|BadCertificate|CertificateUnknown)/,
    "certificate refused",
    "the client does not trust the certificate; give it with --ca",
  ],
  [
    /received fatal alert: CertificateRequired/,
    "client certificate required",
    "only a client with a certificate of its own gets in, such as openssl s_client -cert FILE -key FILE",
  ],
  [
    /UnknownIssuer|BadSignature|self-signed certificate|unable to (get|verify)/,
    "unknown issuer",
    "name the server's certificate with --ca FILE",
  ],
  [
    /BadEncoding/,
    "bad certificate",
    "the server needs another certificate: its own breaks the rules of X.509 (RFC 5280)",
  ],
  [
    /CaUsedAsEndEntity/,
    "certificate of a CA",
    'make the certificate with "pinwire cert HOST", or openssl with basicConstraints=critical,CA:FALSE',
  ],
  [
    /not valid for (?:any )?name|does not match certificate/,
    "wrong name",
    "dial it by a name in the certificate, or make one with this name by pinwire cert",
  ],
  [
    /certificate expired|Expired|has expired/,
    "expired",
    "make a new certificate with pinwire cert, and check the clock",
  ],
  [/not valid yet|NotValidYet|not yet valid/, "not valid yet", "check the clock of this machine"],
  [
    /received fatal alert: HandshakeFailure/,
    "handshake refused",
    "the other side must speak TLS 1.2 or 1.3, and let clients in that have no certificate",
  ],
  [
    /HandshakeFailure|ProtocolVersion|no known protocol|peer is incompatible/,
    "no common version",
    "the other side must speak TLS 1.2 or 1.3",
  ],
];

/** Why a dial failed, in our words. `address` is as the user wrote it. */
export function translateDialError(error: unknown, address: string): unknown {
  const make = (code: string, message: string, hint: string) =>
    new PinwireError(code, message, { hint, cause: error });
  if (error instanceof PinwireError) return error;
  if (error instanceof Deno.errors.ConnectionRefused) return refused(address, error);
  if (error instanceof URIError) return unknownHost(address, error);
  if (error instanceof Deno.errors.NotFound) {
    return make("not_found", `there is no socket at ${address}`, "start the server first, or check the path");
  }
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return make("timed_out", `${address} did not answer in time`, "check the address, and firewalls between");
  }
  if (
    error instanceof Error &&
    /failed to lookup address|No address associated|Name or service|ENOTFOUND|EAI_AGAIN/.test(error.message)
  ) {
    return unknownHost(address, error);
  }
  if (error instanceof Error && /unreachable/i.test(error.message)) {
    return make("unreachable", `${address} can't be reached from here`, "check the address and the network");
  }
  if (error instanceof TypeError && address.startsWith("unix:")) return badPath(address, error);
  if (error instanceof Deno.errors.PermissionDenied) {
    return make("permission_denied", `you may not connect to ${address}`, "check who owns it, and its mode");
  }
  const translated = translateIoError(error, address);
  if (hasGone(translated) && /^(tls|wss):/.test(address)) {
    const { code, message } = translated as PinwireError;
    return make(code, message, "what listens there may speak no TLS, or be not ready yet");
  }
  if (translated !== error || !isFromSystem(error)) return translated;
  return make("dial_failed", `${address} can't be reached (${error.message})`, "check the address");
}

/** Whether the operating system, or the TLS library, refused something, and not a bug of ours. */
function isFromSystem(error: unknown): error is Error {
  return error instanceof Error && !(error instanceof PinwireError) &&
    !(error instanceof Deno.errors.NotCapable) &&
    ("code" in error || error.constructor === Error || error.constructor.name in Deno.errors);
}

function unknownHost(address: string, cause: unknown): PinwireError {
  return new PinwireError("unknown_host", `the host of ${address} is not known`, {
    hint: "check its spelling, or use its IP address",
    cause,
  });
}

function badPath(address: string, cause: TypeError): PinwireError {
  // Deno 2.6 takes the name for a file's, once a permission was given up.
  if (cause.message.includes("null bytes")) {
    return new PinwireError("no_abstract_sockets", `this build can't use ${address}`, {
      hint: "write unix:PATH, or run pinwire on a newer Deno",
      cause,
    });
  }
  return new PinwireError("path_too_long", `${address} can't be a socket's path`, {
    hint: "use one of fewer than 108 bytes",
    cause,
  });
}

/** Nobody listens there. */
export function refused(address: string, cause?: unknown): PinwireError {
  return new PinwireError("refused", `nobody is listening on ${address}`, {
    hint: `start the server first, or check the ${address.startsWith("unix:") ? "path" : "port"}`,
    cause,
  });
}

/** Why listening failed, in our words. */
export async function translateListenError(error: unknown, address: string, port?: number): Promise<unknown> {
  const make = (code: string, message: string, hint: string) =>
    new PinwireError(code, message, { hint, cause: error });
  if (error instanceof Deno.errors.AddrInUse) {
    const holder = port === undefined
      ? undefined
      : await portHolder(port, address.startsWith("udp:") ? "udp" : "tcp");
    const hint = port === undefined
      ? "stop that server or choose another path"
      : "stop it or choose another port";
    return make("address_taken", `${address} is taken${holder ? ` by ${holder}` : ""}`, hint);
  }
  if (error instanceof Deno.errors.AddrNotAvailable || /EADDRNOTAVAIL|not available/i.test(String(error))) {
    return make(
      "address_not_ours",
      `${address} is not an address of this machine`,
      "use 0.0.0.0 or [::] for all interfaces",
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    const hint = port === undefined ? "choose a path that you may write" : "choose a port from 1024 on";
    return make("permission_denied", `you may not listen on ${address}`, hint);
  }
  if (error instanceof Deno.errors.NotFound) {
    return make("not_found", `the folder of ${address} does not exist`, "make it, or choose another path");
  }
  if (error instanceof TypeError && port === undefined) return badPath(address, error);
  if (!isFromSystem(error)) return error;
  if (error.message.includes("os error 30")) {
    return make(
      "listen_failed",
      `${address} can't be listened on (the disk can only be read)`,
      "use another path",
    );
  }
  return make("listen_failed", `${address} can't be listened on (${error.message})`, "check the address");
}

/** The process that listens on a port, as `nginx (process 812)`: told by Linux, to who may read /proc. */
async function portHolder(port: number, transport: "tcp" | "udp"): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  // Without this, Deno would ask the user for it on a terminal.
  if (Deno.permissions.querySync({ name: "read" }).state !== "granted") return undefined;
  try {
    const inodes = new Set<string>();
    for (const table of [transport, `${transport}6`]) {
      for (const line of (await Deno.readTextFile(`/proc/net/${table}`)).split("\n").slice(1)) {
        const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
        // 0A is TCP's LISTEN, 07 is what unconnected UDP sockets have (include/net/tcp_states.h).
        if (/^0[A7]$/.test(state ?? "") && parseInt(local.split(":")[1], 16) === port) {
          inodes.add(`socket:[${inode}]`);
        }
      }
    }
    for await (const { name } of Deno.readDir("/proc")) {
      if (/^\d+$/.test(name) && await holdsAny(name, inodes)) {
        return `${(await Deno.readTextFile(`/proc/${name}/comm`)).trim()} (process ${name})`;
      }
    }
  } catch {
    // Without the permission the sentence goes out without a name.
  }
  return undefined;
}

async function holdsAny(pid: string, inodes: Set<string>): Promise<boolean> {
  try {
    for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
      if (inodes.has(await Deno.readLink(`/proc/${pid}/fd/${name}`))) return true;
    }
  } catch {
    // Somebody else's process, or one that has just ended.
  }
  return false;
}
