"""Talks in turn, in GBK, and listens first: HOST PORT. Ends when it hears end."""
import sys
from socket import socket

server = socket()
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen()
print(server.getsockname()[1], flush=True)

client, address = server.accept()
while True:
    heard = client.recv(1024).decode("gbk")
    print(heard)
    if heard == "end":
        break
    client.send(input(">").encode("gbk"))
client.close()
server.close()
