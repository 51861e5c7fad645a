// node broadcast.mjs PORT: peers/broadcast.c as a Node program would be written.
import net from "node:net";
import process from "node:process";

const clients = new Set();

const server = net.createServer({ noDelay: true }, (socket) => {
  clients.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => clients.delete(socket));
  socket.on("data", (data) => {
    for (const client of clients) if (client !== socket) client.write(data);
  });
});

server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 }, () => {
  process.stderr.write(`listening on 127.0.0.1:${server.address().port}\n`);
});
