import { assertEquals } from "@std/assert";
import { CallReader } from "./calls.ts";

/** What is shown of the lines of strace, with the ms at which it happened. */
function calls(lines: string): string[] {
  const reader = new CallReader();
  return lines.trim().split("\n").flatMap((line) => {
    const call = reader.read(line);
    return call ? [`${call.time / 1000} ${call.event.program}: ${call.event.call}`] : [];
  });
}

function reads(name: string, lines: string, shown: string[]): void {
  Deno.test({
    name: `CallReader ${name}`,
    permissions: "none",
    fn: () => assertEquals(calls(lines), shown),
  });
}

const SOCKETS = `
7  0.000000 execve("/usr/bin/python3", ["python3", "/tmp/server.py", "8001"], 0x7ffc /* 9 vars */) = 0 <0.000300>
7  0.001000 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3<socket:[11]> <0.000010>
7  0.001100 socket(AF_UNIX, SOCK_STREAM, 0) = 4<socket:[12]> <0.000010>
7  0.001200 socket(AF_INET6, SOCK_DGRAM, 0) = 5<socket:[13]> <0.000010>`;

reads(
  "shows the calls about sockets of the Internet as they stand in a program, and no others",
  `${SOCKETS}
7  0.002000 bind(3<socket:[11]>, {sa_family=AF_INET, sin_port=htons(8001), sin_addr=inet_addr("0.0.0.0")}, 16) = 0 <0.000010>
7  0.003000 listen(3<socket:[11]>, 5) = 0 <0.000010>
7  0.003100 getsockname(3<socket:[11]>, {sa_family=AF_INET, sin_port=htons(8001), sin_addr=inet_addr("0.0.0.0")}, [16]) = 0 <0.000010>
7  0.003200 connect(4<socket:[12]>, {sa_family=AF_UNIX, sun_path="/run/nscd"}, 110) = -1 ENOENT (No such file or directory) <0.000010>
7  0.003300 write(1<pipe:[99]>, "socket:[11], 3<socket:[11]>", 27) = 27 <0.000010>
7  0.004000 sendto(5<socket:[13]>, "hi\\n, \\"x\\"", 7, 0, {sa_family=AF_INET6, sin6_port=htons(8002), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 7 <0.000010>
7  0.005000 recvfrom(5<socket:[13]>, "\\304\\343", 1024, 0, {sa_family=AF_INET6, sin6_port=htons(8002), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, [112 => 28]) = 2 <0.001000>
7  0.007000 shutdown(3<socket:[11]>, SHUT_WR) = -1 ENOTCONN (Transport endpoint is not connected) <0.000010>
7  0.008000 close(3<socket:[11]>) = 0 <0.000010>`,
  [
    "2 server.py: bind(3, 0.0.0.0:8001) = 0",
    "3 server.py: listen(3, 5) = 0",
    '4 server.py: sendto(5, "hi\\n, \\"x\\"", 7, [::1]:8002) = 7',
    '6 server.py: recvfrom(5, "你" (GBK), 1024, [::1]:8002) = 2',
    "7 server.py: shutdown(3, SHUT_WR) = -1 ENOTCONN",
    "8 server.py: close(3) = 0",
  ],
);

reads(
  "puts a call that brings something where it comes back, and one that sends where it begins",
  `${SOCKETS}
7  0.002000 accept4(3<socket:[11]>,  <unfinished ...>
8  0.003000 execve("./client", ["./client"], 0x7ffc /* 9 vars */) = 0 <0.000300>
8  0.004000 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<socket:[21]> <0.000010>
8  0.005000 connect(3<socket:[21]>, {sa_family=AF_INET, sin_port=htons(8001), sin_addr=inet_addr("127.0.0.1")}, 16 <unfinished ...>
7  0.006000 <... accept4 resumed>{sa_family=AF_INET, sin_port=htons(50412), sin_addr=inet_addr("127.0.0.1")}, [16], SOCK_CLOEXEC) = 6<socket:[14]> <0.004000>
8  0.007000 <... connect resumed>) = 0 <0.002000>
7  0.008000 recvfrom(6<socket:[14]>, "hello", 1024, 0, NULL, NULL) = 5 <0.003000>
7  0.012000 sendto(6<socket:[14]>, "ok", 2, 0, NULL, 0) = 2 <0.003000>
8  0.020000 read(3<socket:[21]>, "ok", 1024) = ? <unavailable>`,
  [
    "6 server.py: accept(3, 127.0.0.1:50412) = 6",
    "5 client: connect(3, 127.0.0.1:8001) = 0",
    '11 server.py: recv(6, "hello", 1024) = 5',
    '12 server.py: send(6, "ok", 2) = 2',
  ],
);

reads(
  "knows threads and children by the program that made them, also before that is told",
  `${SOCKETS}
7  0.002000 clone3({flags=CLONE_VM|CLONE_THREAD, child_tid=0x7f, exit_signal=0} => {parent_tid=[8]}, 88) = 8 <0.000100>
8  0.003000 listen(3<socket:[11]>, 5) = 0 <0.000010>
7  0.004000 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f <unfinished ...>
9  0.005000 close(3<socket:[11]>) = 0 <0.000010>
7  0.006000 <... clone resumed>) = 9 <0.000100>
10 0.007000 close(3<socket:[11]>) = 0 <0.000010>`,
  [
    "3 server.py: listen(3, 5) = 0",
    "5 server.py: close(3) = 0",
    "7 pid 10: close(3) = 0",
  ],
);

Deno.test({
  name: "CallReader takes whatever else comes as nothing",
  permissions: "none",
  fn() {
    for (
      const line of [
        "",
        "x",
        "7 ",
        "7 1.5 ",
        "7 1.5 +++ exited with 0 +++",
        "7 1.5 <... read resumed>) = 0",
        "7 1.5 a(",
      ]
    ) {
      assertEquals(calls(line), []);
    }
  },
});
