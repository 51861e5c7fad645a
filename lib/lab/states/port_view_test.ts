import { assertEquals, assertMatch } from "@std/assert";
import type { TcpSocketEvent } from "../../app/mod.ts";
import { PortView } from "./port_view.ts";

const SOCKET: TcpSocketEvent = {
  event: "tcp_socket",
  at: "client",
  local: "127.0.0.1:40000",
  remote: "127.0.0.1:8080",
  state: "ESTABLISHED",
  send_queue: 10,
  receive_queue: 0,
  timer: "retransmission",
  time_left: 3.2,
  retransmissions: 4,
};

function view(language: "en" | "zh" = "en") {
  const clock = { now: 0 };
  return { clock, view: new PortView(8080, () => clock.now, { language, coloured: false }) };
}

const draws = (name: string, fn: () => void) =>
  Deno.test({ name: `PortView ${name}`, permissions: "none", fn });

draws("has a row for each socket, with what its timer has left and how often it ran out", () => {
  const { clock, view: drawn } = view();
  assertEquals(drawn.draw(SOCKET), "");
  assertMatch(
    drawn.table(),
    /\n127\.0\.0\.1:40000 +127\.0\.0\.1:8080 +ESTABLISHED +10 +0 +resend 3\.2 s ×4\n$/,
  );
  clock.now = 3000;
  assertMatch(drawn.table(), /resend 0\.2 s ×4\n$/);
  clock.now = 9000;
  assertMatch(drawn.table(), /resend 0\.0 s ×4\n$/);
});

draws("tells of a change and why, and leaves out what is gone", () => {
  const { view: drawn } = view();
  drawn.draw(SOCKET);
  const { local, remote } = SOCKET;
  const gone = {
    event: "tcp_state",
    at: "client",
    state: "CLOSED",
    before: "ESTABLISHED",
    local,
    remote,
  } as const;
  assertMatch(
    drawn.draw(gone),
    /^client 127\.0\.0\.1:40000 → 127\.0\.0\.1:8080 +ESTABLISHED → CLOSED\n {4}a RST ended it/,
  );
  assertMatch(drawn.table(), /^No socket of TCP has port 8080 here/);
});

draws("shows no more rows than there is room for, and says how many there are besides", () => {
  const { view: drawn } = view("zh");
  for (let i = 0; i < 5; i++) drawn.draw({ ...SOCKET, local: `127.0.0.1:4000${i}` });
  const lines = drawn.table(2).trimEnd().split("\n");
  assertEquals([lines.length, lines[3]], [4, "……还有 3 个"]);
});
