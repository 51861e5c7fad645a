// deno run --allow-net ws_deno.ts PORT [chat]: the runtime's own WebSockets, an echo or a chat.
const [port, kind] = Deno.args;
const all = new Set<WebSocket>();
const server = Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen() {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  socket.binaryType = "arraybuffer";
  socket.onopen = () => all.add(socket);
  socket.onclose = () => all.delete(socket);
  socket.onmessage = kind === "chat"
    ? ({ data }) => {
      for (const other of all) if (other !== socket) other.send(data);
    }
    : ({ data }) => socket.send(data);
  return response;
});
console.error(`listening on 127.0.0.1:${server.addr.port}`);
