// node node.mjs PORT tcp|writev|udp: the stamped echo as a Node program would write it; with writev, stamp and message
// are not copied together but leave in one system call, which pays for long ones.
import { Buffer } from "node:buffer";
import dgram from "node:dgram";
import net from "node:net";
import process from "node:process";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

let second = 0;
let text = Buffer.alloc(0);

function stamp() {
  const now = Date.now();
  if (Math.floor(now / 1000) === second) return text;
  second = Math.floor(now / 1000);
  const d = new Date(now);
  const two = (n) => String(n).padStart(2, "0");
  const clock = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  const day = `${DAYS[d.getDay()]} ${MONTHS[d.getMonth()]} ${String(d.getDate()).padStart(2)}`;
  text = Buffer.from(`[${day} ${clock} ${d.getFullYear()}] `);
  return text;
}

const tell = (port) => process.stderr.write(`listening on 127.0.0.1:${port}\n`);

function answer(socket, data) {
  return socket.write(Buffer.concat([stamp(), data]));
}

function answerUncopied(socket, data) {
  socket.cork();
  socket.write(stamp());
  const isRoomLeft = socket.write(data);
  socket.uncork();
  return isRoomLeft;
}

function serveStreams(port, send) {
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      if (send(socket, data)) return;
      socket.pause();
      socket.once("drain", () => socket.resume());
    });
  });
  server.listen({ port, host: "127.0.0.1", backlog: 4096 }, () => tell(server.address().port));
}

function serveDatagrams(port) {
  const socket = dgram.createSocket("udp4");
  socket.on("message", (data, peer) => socket.send([stamp(), data], peer.port, peer.address));
  socket.bind(port, "127.0.0.1", () => tell(socket.address().port));
}

const [port, kind] = process.argv.slice(2);
if (kind === "udp") serveDatagrams(Number(port));
else serveStreams(Number(port), kind === "writev" ? answerUncopied : answer);
