"""The remote shell whose answers stick together: HOST PORT. One client at a time, each read a command."""
import sys
from socket import socket
from subprocess import PIPE, STDOUT, Popen

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
        process = Popen(command.decode("utf-8"), shell=True, stdout=PIPE, stderr=STDOUT)
        client.send(process.communicate()[0])
    client.close()
