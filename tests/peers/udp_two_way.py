"""Talks and listens at once, in GBK: LOCAL_HOST LOCAL_PORT REMOTE_HOST REMOTE_PORT. Never ends by itself."""
import sys
from socket import AF_INET, SOCK_DGRAM, socket
from threading import Thread

ear = socket(AF_INET, SOCK_DGRAM)
ear.bind((sys.argv[1], int(sys.argv[2])))
print(ear.getsockname()[1], flush=True)
mouth = socket(AF_INET, SOCK_DGRAM)


def listen():
    while True:
        data, sender = ear.recvfrom(1024)
        print(data.decode("gbk"), sender)


def talk():
    while True:
        mouth.sendto(input().encode("gbk"), (sys.argv[3], int(sys.argv[4])))


Thread(target=listen).start()
Thread(target=talk).start()
