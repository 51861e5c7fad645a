"""Sends one typed line as a GBK datagram."""
import sys
from socket import AF_INET, SOCK_DGRAM, socket

sender = socket(AF_INET, SOCK_DGRAM)
sender.sendto(input("say: ").encode("gbk"), (sys.argv[1], int(sys.argv[2])))
sender.close()
