"""Serves one client: prints one read, answers ok, closes."""
import sys
from socket import socket

server = socket()
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen()
print(server.getsockname()[1], flush=True)

client, address = server.accept()
print(client.recv(1024).decode("utf-8"))
client.send("ok".encode("utf-8"))
client.close()
server.close()
