"""The LED client of a Raspberry Pi without its RPi.GPIO: takes each read for a command, and never sends."""
import sys
from socket import socket


class GPIO:
    BOARD, OUT, HIGH, LOW = "board", "out", "high", "low"

    @staticmethod
    def setmode(mode):
        pass

    @staticmethod
    def setup(pin, direction):
        pass

    @staticmethod
    def output(pin, level):
        print("pin", pin, level)


GPIO.setmode(GPIO.BOARD)
GPIO.setup(11, GPIO.OUT)

client = socket()
client.connect((sys.argv[1], int(sys.argv[2])))
while True:
    data = client.recv(1024)
    if not data:
        break  # The tutorial's goes round for ever here.
    command = data.strip().decode()
    if command == "on":
        print("get server cmd:on")
        GPIO.output(11, GPIO.HIGH)
    elif command == "off":
        print("get server cmd:off")
        GPIO.output(11, GPIO.LOW)
