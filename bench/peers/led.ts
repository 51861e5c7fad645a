/**
 * `deno run --allow-net led.ts serve|client|reporter PORT`: peers/led.py in the plainest Deno, which is what pinwire
 * can come up to.
 *
 * @module
 */
const [role, port] = Deno.args;
const hostname = "127.0.0.1";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

if (role === "serve") await serve();
else await client();

async function serve() {
  const listener = Deno.listen({ hostname, port: Number(port) });
  console.log(`listening on ${hostname}:${listener.addr.port}`);
  const devices: Deno.TcpConn[] = [];
  void (async () => {
    for await (const connection of listener) {
      connection.setNoDelay(true);
      console.log(`device ${devices.push(connection) - 1}`);
    }
  })();
  const buffer = new Uint8Array(1024);
  for (let count; (count = await Deno.stdin.read(buffer)) !== null;) {
    const [index, number] = decoder.decode(buffer.subarray(0, count)).trim().split(":");
    await devices[Number(index)].write(encoder.encode(number === "1" ? "on" : "off"));
  }
}

async function client() {
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const buffer = new Uint8Array(1024);
  for (let count; (count = await connection.read(buffer)) !== null;) {
    const command = decoder.decode(buffer.subarray(0, count)).trim();
    if (command !== "on" && command !== "off") continue;
    console.log(`get server cmd:${command}`);
    if (role === "reporter") await connection.write(encoder.encode(`state ${command}\n`));
  }
}
