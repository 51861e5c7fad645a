# python3 broadcast.py PORT: peers/broadcast.c on asyncio protocols, their fastest form.
import asyncio
import sys

clients = set()


class Client(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        clients.add(transport)

    def data_received(self, data):
        for transport in clients:
            if transport is not self.transport:
                transport.write(data)

    def connection_lost(self, error):
        clients.discard(self.transport)


async def serve(port):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Client, "127.0.0.1", port, backlog=4096)
    host, port = server.sockets[0].getsockname()
    print(f"listening on {host}:{port}", file=sys.stderr, flush=True)
    await asyncio.Event().wait()


asyncio.run(serve(int(sys.argv[1])))
