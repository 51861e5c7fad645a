"""shell_client.py HOST:PORT TOKEN_FILE COMMAND...: runs it at `pinwire shell serve`; exits with its code, or 255."""
import base64, contextlib, hmac, ipaddress, json, os, pathlib, queue, secrets, select, signal, socket, struct
import sys, threading, time

HELLO, CHALLENGE, PROOF, READY, EXEC, STDIN, STDIN_END, STDOUT, STDERR, EXIT = range(1, 11)
WINDOW, ERROR, PING, PONG = 12, 14, 15, 16
LINK, COMMAND = 0, 1  # the streams
WINDOW_BYTES, CHUNK_BYTES, PING_SECONDS, DEAD_SECONDS = 262_144, 65_536, 5, 15

def complain(text):
    print("shell_client:", "".join(c if c.isprintable() else "?" for c in text), file=sys.stderr, flush=True)
    return 255

def require(condition, otherwise):
    if not condition:
        raise ConnectionError(otherwise)

class Client:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port))
        ip, port = self.socket.getpeername()[:2]
        require(ipaddress.ip_address(ip).is_loopback, "plain TCP is for addresses of this machine")
        self.address = f"tcp://[{ip}]:{port}" if ":" in ip else f"tcp://{ip}:{port}"
        self.ready, self.sending = False, threading.Lock()
        self.stdin_grants, self.output = queue.SimpleQueue(), queue.SimpleQueue()

    def send(self, kind, stream, body=b""):
        with self.sending, contextlib.suppress(OSError):  # the end of the connection is read's to tell
            self.socket.sendall(struct.pack(">IBI", 5 + len(body), kind, stream) + body)

    def read(self, size):
        data, heard = b"", time.monotonic()
        while len(data) < size:
            if select.select([self.socket], [], [], PING_SECONDS)[0]:
                part, heard = self.socket.recv(size - len(data)), time.monotonic()
                require(part, "the server has closed the connection")
                data += part
            else:
                require(self.ready and time.monotonic() - heard < DEAD_SECONDS, "the server is silent")
                self.send(PING, LINK)
        return data

    def receive(self, wanted=None):
        length, kind, stream = struct.unpack(">IBI", self.read(9))
        longest = 1_048_576 if self.ready else 32_768 if wanted == READY else 1024
        require(5 <= length <= longest, f"the server sent a frame of {length}")
        body = self.read(length - 5)
        if kind == ERROR and stream in (LINK, COMMAND):
            error = json.loads(body)
            raise ConnectionError(": ".join(error[key] for key in ("message", "hint") if key in error))
        require(wanted in (None, kind), f"the server sent a frame of type {kind} where {wanted} was due")
        return kind, stream, body

    def shake_hands(self, token):
        def proof(role):
            text = b"\n".join([b"pinwire shell 1", role, hello, challenge, self.address.encode()])
            return base64.urlsafe_b64encode(hmac.digest(token, text, "sha256")).rstrip(b"=").decode()
        hello = json.dumps({"version": 1, "nonce": secrets.token_urlsafe(32)}).encode()
        self.send(HELLO, LINK, hello)
        challenge = self.receive(CHALLENGE)[2]
        require(json.loads(challenge)["version"] == 1, "the server speaks another version")
        self.send(PROOF, LINK, json.dumps({"proof": proof(b"client")}).encode())
        claim = json.loads(self.receive(READY)[2])["proof"]
        require(hmac.compare_digest(claim, proof(b"server")), "the server doesn't know the token")
        self.ready = True

    def send_stdin(self):
        allowed = WINDOW_BYTES
        while data := os.read(0, min(allowed, CHUNK_BYTES)):
            self.send(STDIN, COMMAND, data)
            allowed -= len(data)
            while not allowed:
                allowed = self.stdin_grants.get()
        self.send(STDIN_END, COMMAND)

    def write_output(self):
        for file, data in iter(self.output.get, None):
            file.buffer.write(data)
            file.flush()
            self.send(WINDOW, COMMAND, struct.pack(">I", len(data)))

    def run(self, argv):
        self.send(EXEC, COMMAND, json.dumps({"argv": argv}).encode())
        threading.Thread(target=self.send_stdin, daemon=True).start()
        # Apart from this thread, which answers pings however slowly the output is taken.
        (writer := threading.Thread(target=self.write_output, daemon=True)).start()
        while True:
            kind, stream, body = self.receive()
            if kind == PING:
                self.send(PONG, stream)
            elif stream == COMMAND and kind in (STDOUT, STDERR):
                self.output.put((sys.stdout if kind == STDOUT else sys.stderr, body))
            elif stream == COMMAND and kind == WINDOW:
                self.stdin_grants.put(int.from_bytes(body, "big"))
            elif stream == COMMAND and kind == EXIT:
                self.output.put(None)
                writer.join()
                end = json.loads(body)
                if "reason" in end:
                    complain(f"the server has ended the command: {end['reason']}")
                return int(end["code"])

def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.excepthook = lambda failed: os._exit(complain(f"stdin or the output: {failed.exc_value}"))
    if len(sys.argv) < 4:
        return complain("usage: shell_client.py HOST:PORT TOKEN_FILE COMMAND...")
    _, address, token_file, *argv = sys.argv
    host, _, port = address.rpartition(":")
    try:
        client = Client(host.strip("[]"), port)
        client.shake_hands(pathlib.Path(token_file).read_bytes().strip())
        return client.run(argv)
    except OSError as error:
        return complain(f"{error.filename or address}: {error.strerror or error}")
    except (ValueError, LookupError, TypeError):
        return complain(f"{address}: the server sent what isn't in the protocol")

os._exit(main())  # at once, though a thread may still wait for stdin
