"""Connects, sends haha, closes."""
import sys
from socket import socket

sender = socket()
sender.connect((sys.argv[1], int(sys.argv[2])))
sender.send("haha".encode("gbk"))
sender.close()
