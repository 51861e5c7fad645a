"""A member of a chat with little room for what it has not read yet: HOST PORT NICK. Prints all that it reads."""
import sys
from socket import IPPROTO_TCP, SO_RCVBUF, SOL_SOCKET, TCP_MAXSEG, socket

member = socket()
member.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
# On loopback the other end would keep megabytes for it otherwise.
member.setsockopt(IPPROTO_TCP, TCP_MAXSEG, 536)
member.connect((sys.argv[1], int(sys.argv[2])))
member.sendall(f"/nick {sys.argv[3]}\n".encode())
while data := member.recv(4096):
    sys.stdout.write(data.decode())
    sys.stdout.flush()
