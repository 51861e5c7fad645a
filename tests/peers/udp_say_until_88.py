"""Sends every typed line as a GBK datagram; 88 goes out too and ends it."""
import sys
from socket import AF_INET, SOCK_DGRAM, socket

sender = socket(AF_INET, SOCK_DGRAM)
while True:
    text = input("say: ")
    sender.sendto(text.encode("gbk"), (sys.argv[1], int(sys.argv[2])))
    if text == "88":
        break
sender.close()
