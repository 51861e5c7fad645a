"""An echo server by the library `websockets`; prints its port, and what it was asked for."""
import asyncio
import sys

import websockets


async def echo(ws):
    async for message in ws:
        if message == "fragments":
            await ws.send(iter(["one, ", "", "two"]))
        elif message == "ping":
            await (await ws.ping())
            await ws.send("pong")
        elif message == "leave":
            await ws.close(1011, "I have to")
        else:
            await ws.send(message)
    print("closed with", ws.close_code, flush=True)


async def main():
    async with websockets.serve(echo, "127.0.0.1", 0, subprotocols=["chat"]) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
