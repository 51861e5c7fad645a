"""Sends one typed line as a datagram and prints the answer."""
import sys
from socket import AF_INET, SOCK_DGRAM, socket

client = socket(AF_INET, SOCK_DGRAM)
client.sendto(input("ask: ").encode("utf-8"), (sys.argv[1], int(sys.argv[2])))
data, server = client.recvfrom(1024)
print(data.decode("utf-8"))
client.close()
