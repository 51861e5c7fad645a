"""Prints one GBK datagram and who sent it."""
import sys
from socket import AF_INET, SOCK_DGRAM, socket

receiver = socket(AF_INET, SOCK_DGRAM)
receiver.bind((sys.argv[1], int(sys.argv[2])))
print(receiver.getsockname()[1], flush=True)

data, sender = receiver.recvfrom(1024)
print(data.decode("gbk"), sender)
receiver.close()
