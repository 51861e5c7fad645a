"""Speaks with an echo server by the library `websockets`, and prints "ok" if all that comes back is right."""
import asyncio
import sys

import websockets


async def main(url):
    async with websockets.connect(url, max_size=None, open_timeout=10) as ws:
        for message in ["hello", "", "一二三", "x" * 70_000, bytes(range(256)), b"", bytes(1_000_000)]:
            await ws.send(message)
            assert await ws.recv() == message
        await ws.send(iter(["a ", "text in ", "fragments, ä", ""]))
        assert await ws.recv() == "a text in fragments, ä"
        await (await ws.ping(b"are you there"))
        await asyncio.gather(*(ws.send(str(i)) for i in range(1000)))
        assert [await ws.recv() for _ in range(1000)] == [str(i) for i in range(1000)]
        await ws.close(4001, "done")
        assert ws.close_code == 4001, ws.close_code
    async with websockets.connect(url, max_size=None) as ws:
        try:
            await ws.send("x" * (1 << 20) + "x")
            await ws.recv()
        except websockets.ConnectionClosed:
            assert ws.close_code == 1009, ws.close_code
    print("ok")


asyncio.run(main(sys.argv[1]))
