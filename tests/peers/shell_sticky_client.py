"""The client that takes one read for an answer: what is left shows up as the next one. HOST PORT. Ends with bye."""
import sys
from socket import socket

client = socket()
client.connect((sys.argv[1], int(sys.argv[2])))
while True:
    command = input(">")
    if command == "bye":
        break
    client.send(command.encode("utf-8"))
    print(client.recv(1024).decode("utf-8"))
client.close()
