# python3 led.py serve|client|reporter PORT: LEDs over the network as a plain threaded server and a client that
# blocks, after the tutorial's (docs/led.md). `reporter` is the client that also says what its pin is.
import socket
import socketserver
import sys
import threading

devices = []


class Device(socketserver.StreamRequestHandler):
    def handle(self):
        devices.append(self)
        print(f"device {len(devices) - 1} is {self.client_address}", flush=True)
        for report in self.rfile:
            print(report.decode().strip(), flush=True)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def serve(port):
    server = Server(("127.0.0.1", port), Device)
    print(f"listening on 127.0.0.1:{server.server_address[1]}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for line in sys.stdin:
        index, number = line.strip().split(":")
        if number == "1":
            devices[int(index)].wfile.write(b"on")
        elif number == "2":
            devices[int(index)].wfile.write(b"off")


def client(port, reports):
    link = socket.create_connection(("127.0.0.1", port))
    while data := link.recv(1024):
        command = data.strip().decode()
        if command not in ("on", "off"):
            continue
        print(f"get server cmd:{command}", flush=True)
        if reports:
            link.sendall(f"state {command}\n".encode())


role, port = sys.argv[1], int(sys.argv[2])
if role == "serve":
    serve(port)
else:
    client(port, role == "reporter")
