"""The remote shell whose answers have their length in front: HOST PORT. One client at a time, each read a command."""
import struct
import sys
from socket import socket
from subprocess import PIPE, Popen

server = socket()
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen(5)
print(server.getsockname()[1], flush=True)

while True:
    client, address = server.accept()
    while True:
        command = client.recv(1024)
        if not command:
            break
        process = Popen(command.decode("utf-8"), shell=True, stdout=PIPE, stderr=PIPE)
        stdout, stderr = process.communicate()
        client.send(struct.pack("i", len(stdout) + len(stderr)))
        client.send(stdout)
        client.send(stderr)
    client.close()
