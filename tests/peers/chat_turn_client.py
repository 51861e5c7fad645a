"""Talks in turn, in GBK, and speaks first: HOST PORT. Ends when it has said end."""
import sys
from socket import socket

client = socket()
client.connect((sys.argv[1], int(sys.argv[2])))
while True:
    said = input(">")
    client.send(said.encode("gbk"))
    if said == "end":
        break
    print(client.recv(1024).decode("gbk"))
client.close()
