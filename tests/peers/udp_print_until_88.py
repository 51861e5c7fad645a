"""Prints GBK datagrams and who sent them; 88 ends it."""
import sys
from socket import AF_INET, SOCK_DGRAM, socket

receiver = socket(AF_INET, SOCK_DGRAM)
receiver.bind((sys.argv[1], int(sys.argv[2])))
print(receiver.getsockname()[1], flush=True)

while True:
    data, sender = receiver.recvfrom(1024)
    text = data.decode("gbk")
    print(text, sender)
    if text == "88":
        break
receiver.close()
