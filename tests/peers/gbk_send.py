"""Sends one typed message in GBK and closes."""
import sys
from socket import socket

sender = socket()
sender.connect((sys.argv[1], int(sys.argv[2])))
sender.send(input("message: ").encode("gbk"))
sender.close()
