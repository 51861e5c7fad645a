"""Serves one client: prints one read, answers, closes both sockets."""
import sys
from socket import socket

server = socket()
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen(128)
print(server.getsockname()[1], flush=True)

client, address = server.accept()
print(client.recv(1024).decode("utf-8"))
client.send("where you are? ----OK----".encode("utf-8"))
client.close()
server.close()
