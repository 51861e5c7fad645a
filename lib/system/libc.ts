/** Every function of the C library that we call, each with its page of the manual. */
const FUNCTIONS = {
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" }, // accept(2), of Linux
  /** memmove(3), of nothing: it gives the address of its first argument, for which the runtime asks a permission. */
  addressOf: { name: "memmove", parameters: ["buffer", "buffer", "usize"], result: "usize" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" }, // bind(2)
  close: { parameters: ["i32"], result: "i32" }, // close(2)
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" }, // connect(2)
  epoll_create1: { parameters: ["i32"], result: "i32" }, // epoll_create(2)
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" }, // epoll_ctl(2)
  // The last one, a set of signals, is none.
  epoll_pwait2: { parameters: ["i32", "buffer", "i32", "buffer", "pointer"], result: "i32", optional: true }, // epoll_wait(2)
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" }, // epoll_wait(2)
  /** The same in a thread of its own, which may wait. */
  epollWaitInThread: {
    name: "epoll_wait",
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  errno: { name: "__errno_location", parameters: [], result: "pointer" }, // errno(3), of Linux
  eventfd: { parameters: ["u32", "i32"], result: "i32" }, // eventfd(2)
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" }, // getpeername(2)
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" }, // getsockname(2)
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" }, // getsockopt(2)
  grantpt: { parameters: ["i32"], result: "i32" }, // grantpt(3)
  // Variadic, which is no difference on Linux (x86-64, aarch64).
  ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" }, // ioctl(2)
  listen: { parameters: ["i32", "i32"], result: "i32" }, // listen(2)
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" }, // mmap(2)
  munmap: { parameters: ["pointer", "usize"], result: "i32" }, // mmap(2)
  open: { parameters: ["buffer", "i32"], result: "i32" }, // open(2)
  pipe: { parameters: ["buffer"], result: "i32" }, // pipe(2)
  pipe2: { parameters: ["buffer", "i32"], result: "i32", optional: true }, // pipe(2)
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" }, // poll(2)
  /** The same in a thread of its own, which may wait. */
  pollInThread: { name: "poll", parameters: ["buffer", "usize", "i32"], result: "i32", nonblocking: true },
  posix_openpt: { parameters: ["i32"], result: "i32" }, // posix_openpt(3)
  // Its parts of memory are a `struct iovec` each; an offset of -1 is where the file stands.
  preadv2: { parameters: ["i32", "buffer", "i32", "i64", "i32"], result: "i32", optional: true }, // readv(2)
  ptsname_r: { parameters: ["i32", "buffer", "usize"], result: "i32" }, // ptsname(3)
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" }, // read(2)
  // No read or write of a socket takes more than 2 GiB, so that an i32 holds what they give.
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" }, // recv(2)
  // The last one, how long to wait, is none.
  recvmmsg: { parameters: ["i32", "buffer", "u32", "i32", "pointer"], result: "i32" }, // recvmmsg(2)
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" }, // send(2)
  sendmmsg: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" }, // sendmmsg(2)
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" }, // setsockopt(2)
  shutdown: { parameters: ["i32", "i32"], result: "i32" }, // shutdown(2)
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" }, // socket(2)
  tcgetattr: { parameters: ["i32", "buffer"], result: "i32" }, // termios(3)
  tcsetattr: { parameters: ["i32", "i32", "buffer"], result: "i32" }, // termios(3)
  unlockpt: { parameters: ["i32"], result: "i32" }, // unlockpt(3)
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" }, // write(2)
} as const satisfies Record<string, Deno.ForeignFunction>;

/** The C library's file, where we know it. */
const FILES: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.B.dylib",
};

/** The name of a function of the C library. */
export type LibcFunction = keyof typeof FUNCTIONS;

/** Some functions of the C library, and what gives it back. */
export type Libc<Name extends LibcFunction> =
  & Pick<Deno.DynamicLibrary<typeof FUNCTIONS>["symbols"], Name>
  & { readonly library: { close(): void } };

/**
 * Opens the C library for these functions and no others: one that is open can be called whatever permission is given up
 * later.
 *
 * @throws {Deno.errors.NotCapable} without `--allow-ffi`
 * @throws {Deno.errors.NotSupported} on a system whose C library isn't known
 */
export function openLibc<const Name extends LibcFunction>(...names: Name[]): Libc<Name> {
  const file = FILES[Deno.build.os];
  if (!file) throw new Deno.errors.NotSupported(`no C library is known on ${Deno.build.os}`);
  const chosen = Object.fromEntries(names.map((name) => [name, FUNCTIONS[name]])) as Pick<
    typeof FUNCTIONS,
    Name
  >;
  const library = Deno.dlopen(file, chosen);
  return { ...library.symbols, library } as unknown as Libc<Name>;
}
