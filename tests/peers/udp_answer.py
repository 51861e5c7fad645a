"""Answers every datagram with its text and the sender's address as Python prints it."""
import sys
from socket import AF_INET, SOCK_DGRAM, socket

server = socket(AF_INET, SOCK_DGRAM)
server.bind((sys.argv[1], int(sys.argv[2])))
print(server.getsockname()[1], flush=True)

while True:
    data, address = server.recvfrom(1024)
    message = data.decode("utf-8")
    server.sendto("{}-{}".format(message, address).encode("utf-8"), address)
