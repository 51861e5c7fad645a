"""Talks whenever somebody types, in GBK, with one client: HOST PORT. Ends when it hears end."""
import sys
from socket import socket
from threading import Thread

server = socket()
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen()
print(server.getsockname()[1], flush=True)
client, address = server.accept()


def talk():
    while True:
        client.send(input(">").encode("gbk"))


Thread(target=talk, daemon=True).start()
while True:
    heard = client.recv(1024).decode("gbk")
    print(heard)
    if heard == "end":
        break
client.close()
server.close()
