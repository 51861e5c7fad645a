"""The timestamp client: sends each typed line, prints one read; an empty line ends it."""
import sys
from socket import socket

client = socket()
client.connect((sys.argv[1], int(sys.argv[2])))
while True:
    data = input("> ")
    if not data:
        break
    client.send(data.encode())
    answer = client.recv(1024)
    if not answer:
        break
    print(answer.decode())
client.close()
