/**
 * `deno run --allow-net relay.ts PORT TARGET`: takes each client to a connection of its own to that port, as a bare copy
 * loop over Deno's sockets. What `pinwire relay` can't reach because Deno can't shows here.
 *
 * @module
 */
const BUFFER = 65_536;

async function copy(from: Deno.TcpConn, to: Deno.TcpConn) {
  const memory = new Uint8Array(BUFFER);
  for (let count; (count = await from.read(memory)) !== null;) {
    for (let sent = 0; sent < count;) sent += await to.write(memory.subarray(sent, count));
  }
  await to.closeWrite();
}

async function relay(client: Deno.TcpConn, port: number) {
  using near = client;
  using far = await Deno.connect({ hostname: "127.0.0.1", port });
  near.setNoDelay(true);
  far.setNoDelay(true);
  await Promise.all([copy(near, far), copy(far, near)]);
}

const [port, target] = Deno.args.map(Number);
const listener = Deno.listen({ hostname: "127.0.0.1", port, tcpBacklog: 4096 });
console.error(`listening on 127.0.0.1:${listener.addr.port}`);
for await (const client of listener) relay(client, target).catch((error) => console.error(error.message));
