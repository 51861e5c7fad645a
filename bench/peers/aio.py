# python3 aio.py PORT tcp|udp: the stamped echo on asyncio protocols, its fastest form.
import asyncio
import sys
import time

second = 0
text = b""


def stamp():
    global second, text
    now = int(time.time())
    if now != second:
        second = now
        text = b"[%s] " % time.ctime(now).encode()
    return text


class Stream(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(stamp() + data)

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


class Datagrams(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        self.transport.sendto(stamp() + data, peer)


async def serve(port, kind):
    loop = asyncio.get_running_loop()
    if kind == "udp":
        transport, _ = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", port))
        address = transport.get_extra_info("sockname")
    else:
        server = await loop.create_server(Stream, "127.0.0.1", port, backlog=4096)
        address = server.sockets[0].getsockname()
    print(f"listening on {address[0]}:{address[1]}", file=sys.stderr, flush=True)
    await asyncio.Event().wait()


asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
