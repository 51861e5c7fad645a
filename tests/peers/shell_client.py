"""The client that reads the length first, then the answer, in GBK: HOST PORT. Ends with bye."""
import struct
import sys
from socket import socket

client = socket()
client.connect((sys.argv[1], int(sys.argv[2])))
while True:
    command = input(">")
    if command == "bye":
        break
    client.send(command.encode("gbk"))
    size = struct.unpack("i", client.recv(4))[0]
    data = b""
    if 0 < size < 1024:
        data = client.recv(1024)
    else:
        while len(data) < size:
            data += client.recv(1024)
    print(data.decode("gbk"))
client.close()
