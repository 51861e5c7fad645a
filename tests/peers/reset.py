"""Asks once, then resets the connection instead of ending it."""
import struct
import sys
from socket import SO_LINGER, SOL_SOCKET, socket

client = socket()
client.connect((sys.argv[1], int(sys.argv[2])))
client.send(b"hello\n")
client.recv(1024)
client.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0))
client.close()
