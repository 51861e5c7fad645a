"""Says one message in GBK and closes, while what it was greeted with lies unread: HOST PORT MESSAGE."""
import sys
from socket import MSG_PEEK, socket

sender = socket()
sender.connect((sys.argv[1], int(sys.argv[2])))
sender.recv(1, MSG_PEEK)
sender.send(sys.argv[3].encode("gbk"))
sender.close()
