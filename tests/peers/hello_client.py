"""Connects, sends hello, prints one read."""
import sys
from socket import socket

client = socket()
client.connect((sys.argv[1], int(sys.argv[2])))
client.send("hello".encode("utf-8"))
print(client.recv(1024).decode("utf-8"))
client.close()
