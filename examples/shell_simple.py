"""shell_simple.py HOST:PORT COMMAND...: runs each at `pinwire shell serve --wire simple`, and prints its output."""
import socket, struct, sys

def main():
    _, address, *commands = sys.argv
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port))) as connection:
        answers = connection.makefile("rb")
        for command in commands:
            connection.sendall(command.encode())
            length, = struct.unpack("<i", answers.read(4))
            sys.stdout.buffer.write(answers.read(length))
            sys.stdout.flush()

main()
