// An echo server by npm's `ws`; prints its port, and how each connection ended.
const { WebSocketServer } = require("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 }, () => console.log(server.address().port));
server.on("connection", (ws, request) => {
  console.log(`asked for ${request.url}`, request.headers["x-test"] ?? "", request.headers.origin ?? "");
  ws.on("message", (data, isBinary) => {
    if (data.toString() === "fragments") {
      ws.send("one, ", { fin: false });
      ws.ping();
      ws.send("two", { fin: true });
    } else {
      ws.send(data, { binary: isBinary });
    }
  });
  ws.on("close", (code) => console.log(`closed with ${code}`));
});
