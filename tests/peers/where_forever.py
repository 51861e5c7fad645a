"""Serves one client after another: every read is printed and answered until an empty one."""
import sys
from socket import socket

server = socket()
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen(128)
print(server.getsockname()[1], flush=True)

while True:
    client, address = server.accept()
    while True:
        data = client.recv(1024)
        if not data:
            break
        print(data.decode("utf-8"))
        client.send("where you are? ----OK----".encode("utf-8"))
    client.close()
