/**
 * `deno run --allow-net loop.ts PORT tcp|udp`: the stamped echo as a bare loop over Deno's sockets, with nothing around
 * it. What pinwire can't reach because Deno can't shows here.
 *
 * @module
 */
const HOLE = 27;
const LARGEST = 65_536;

let second = 0;
let text = new Uint8Array(HOLE);

function stamp(): Uint8Array {
  const now = Date.now();
  if (Math.floor(now / 1000) === second) return text;
  second = Math.floor(now / 1000);
  const [day, month, date, year, clock] = new Date(now).toString().split(" ");
  text = new TextEncoder().encode(`[${day} ${month} ${String(Number(date)).padStart(2)} ${clock} ${year}] `);
  return text;
}

async function serveStream(connection: Deno.TcpConn) {
  connection.setNoDelay(true);
  let all = new Uint8Array(HOLE + 2048), body = all.subarray(HOLE), filled = 0;
  for (let count; (count = await connection.read(body)) !== null;) {
    all.set(stamp());
    const answer = all.subarray(0, HOLE + count);
    for (let sent = 0; sent < answer.length;) {
      sent += await connection.write(sent ? answer.subarray(sent) : answer);
    }
    filled = count === body.length ? filled + 1 : 0;
    if (filled < 2 || count === LARGEST) continue;
    all = new Uint8Array(HOLE + Math.min(LARGEST, count * 4));
    body = all.subarray(HOLE);
  }
  connection.close();
}

function tell({ hostname, port }: Deno.NetAddr) {
  console.error(`listening on ${hostname}:${port}`);
}

async function serveStreams(port: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port, tcpBacklog: 4096 });
  tell(listener.addr);
  for await (const connection of listener) serveStream(connection).catch(() => connection.close());
}

async function serveDatagrams(port: number) {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port });
  tell(socket.addr as Deno.NetAddr);
  const memory = new Uint8Array(HOLE + LARGEST), body = memory.subarray(HOLE);
  for (;;) {
    const [datagram, peer] = await socket.receive(body);
    memory.set(stamp());
    await socket.send(memory.subarray(0, HOLE + datagram.length), peer);
  }
}

const [port, kind] = Deno.args;
await (kind === "udp" ? serveDatagrams : serveStreams)(Number(port));
