"""The timestamp server: one client at a time, each read answered with the time and the data."""
import sys
from socket import socket
from time import ctime

server = socket()
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen(5)
print(server.getsockname()[1], flush=True)

while True:
    client, address = server.accept()
    print("connected from:", address)
    while True:
        data = client.recv(1024)
        if not data:
            break
        client.send(b"[" + ctime().encode() + b"] " + data)
    client.close()
