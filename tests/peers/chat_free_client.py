"""Talks whenever somebody types, in GBK: HOST PORT. Ends when it has said end."""
import sys
from socket import socket
from threading import Thread

client = socket()
client.connect((sys.argv[1], int(sys.argv[2])))


def listen():
    while True:
        print(client.recv(1024).decode("gbk"))


Thread(target=listen, daemon=True).start()
while True:
    said = input(">")
    client.send(said.encode("gbk"))
    if said == "end":
        break
client.close()
