/** Error numbers of Linux (errno(3)) that a socket can give, on x86-64 and aarch64. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  EPIPE: 32,
  ENOSYS: 38,
  EPROTO: 71,
  EMSGSIZE: 90,
  EPROTOTYPE: 91,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
  EINPROGRESS: 115,
} as const;

/** What the manual says of them, where it isn't said by the class of the error. */
const MESSAGES: Partial<Record<keyof typeof ERRNO, string>> = {
  EAGAIN: "resource temporarily unavailable",
  ENOMEM: "cannot allocate memory",
  ENFILE: "too many open files in the system",
  EMFILE: "too many open files",
  EMSGSIZE: "message too long",
  EAFNOSUPPORT: "address family not supported",
  ECONNRESET: "connection reset by peer",
  ENETDOWN: "network is down",
  ENETUNREACH: "network is unreachable",
  ENOBUFS: "no buffer space available",
  EHOSTDOWN: "host is down",
  EHOSTUNREACH: "no route to host",
};

type ErrorClass = new (message: string) => Error;

/** The classes that the runtime gives the same errors. */
const CLASSES: Partial<Record<keyof typeof ERRNO, ErrorClass>> = {
  EPERM: Deno.errors.PermissionDenied,
  ENOENT: Deno.errors.NotFound,
  EACCES: Deno.errors.PermissionDenied,
  EPIPE: Deno.errors.BrokenPipe,
  EADDRINUSE: Deno.errors.AddrInUse,
  EADDRNOTAVAIL: Deno.errors.AddrNotAvailable,
  ECONNABORTED: Deno.errors.ConnectionAborted,
  ECONNRESET: Deno.errors.ConnectionReset,
  ENOTCONN: Deno.errors.NotConnected,
  ETIMEDOUT: Deno.errors.TimedOut,
  ECONNREFUSED: Deno.errors.ConnectionRefused,
};

const NAMES = new Map(
  Object.entries(ERRNO).map(([name, number]) => [number as number, name as keyof typeof ERRNO]),
);

/** The error that the runtime would throw for this number, with its name as `code`. */
export function systemError(errno: number): Error & { code: string } {
  const code = NAMES.get(errno) ?? `E${errno}`;
  const Class = CLASSES[code as keyof typeof ERRNO] ?? Error;
  const message = MESSAGES[code as keyof typeof ERRNO] ?? code;
  return Object.assign(new Class(`${message} (os error ${errno})`), { code });
}
