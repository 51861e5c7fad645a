"""Accepts one client, prints one read in GBK, closes without an answer."""
import sys
from socket import socket

server = socket()
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen(5)
print(server.getsockname()[1], flush=True)

client, address = server.accept()
print(client.recv(1024).decode("gbk"))
client.close()
server.close()
