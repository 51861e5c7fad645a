"""The remote shell of a later lesson, a JSON header with the size in front of each answer: HOST PORT."""
import json
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
        header = json.dumps({"total_size": len(stdout) + len(stderr)}).encode("utf-8")
        client.send(struct.pack("i", len(header)))
        client.send(header)
        client.send(stdout)
        client.send(stderr)
    client.close()
