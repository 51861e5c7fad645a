// node fanout.mjs PORT: peers/fanout.c as a Node program would be written.
import net from "node:net";
import process from "node:process";

const clients = new Set();
let awaited = 0;

const server = net.createServer({ noDelay: true }, (socket) => {
  clients.add(socket);
  socket.setEncoding("utf8");
  socket.on("error", () => {});
  socket.on("close", () => clients.delete(socket));
  socket.on("data", (text) => {
    for (const _line of text.matchAll(/\n/g)) {
      if (--awaited === 0) process.stdout.write("all reported\n");
    }
  });
});

process.stdin.setEncoding("utf8");
process.stdin.on("data", (line) => {
  const word = line.startsWith("on") ? "on\n" : "off\n";
  awaited = clients.size;
  for (const socket of clients) socket.write(word);
});

server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 }, () => {
  process.stderr.write(`listening on 127.0.0.1:${server.address().port}\n`);
});
