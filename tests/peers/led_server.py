"""The LED server: remembers its clients and never reads from them, its console writes on or off to one of them."""
import sys
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread

clients = {}
forever = Event()


class Handler(StreamRequestHandler):
    def handle(self):
        clients[len(clients)] = self
        forever.wait()


class Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


server = Server((sys.argv[1], int(sys.argv[2])), Handler)
print(server.server_address[1], flush=True)
Thread(target=server.serve_forever, daemon=True).start()

while True:
    try:
        line = input("cmd>")
        if line == "help":
            print("first list, then index:cmd; 1 = on, 2 = off, other numbers do nothing")
        elif line == "list":
            print({index: client.client_address for index, client in clients.items()})
        elif ":" in line:
            index, command = line.split(":")
            if int(command) == 1:
                clients[int(index)].wfile.write(b"on")
            elif int(command) == 2:
                clients[int(index)].wfile.write(b"off")
        elif line == "":
            print("please enter something")
        else:
            break
    except EOFError:
        break
    except Exception:
        pass
