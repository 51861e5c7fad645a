// node ws_node.mjs PORT [chat]: the WebSockets of npm's `ws` as people use it, an echo or a chat.
import process from "node:process";
import { createRequire } from "node:module";

const { WebSocketServer } = createRequire(import.meta.url)("ws");
const server = new WebSocketServer(
  { host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 },
  () => {
    process.stderr.write(`listening on 127.0.0.1:${server.address().port}\n`);
  },
);
server.on("connection", (socket) => {
  socket.on("error", () => {});
  if (process.argv[3] === "chat") {
    socket.on("message", (data, isBinary) => {
      for (const other of server.clients) if (other !== socket) other.send(data, { binary: isBinary });
    });
  } else {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  }
});
