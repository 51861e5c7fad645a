#!/usr/bin/env python3
"""Runs a command at a `pinwire shell serve` on this machine, after docs/protocol.md (wire v1).

Usage: shell_client.py HOST:PORT TOKEN_FILE COMMAND...

The exit code is that of the command; 255 if there is none, and then stderr says why."""
import base64, contextlib, hmac, ipaddress, json, os, queue, secrets, select, socket, struct, sys, threading, time

HELLO, CHALLENGE, PROOF, READY, EXEC, STDIN, STDIN_END, STDOUT, STDERR, EXIT = range(1, 11)
WINDOW, ERROR, PING, PONG = 12, 14, 15, 16
LINK, COMMAND = 0, 1  # streams
FIRST_WINDOW, CHUNK = 262_144, 65_536  # bytes
PING_AFTER, DEAD_AFTER = 5, 15  # seconds

def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")

def complain(text):
    print("shell_client:", "".join(c if c.isprintable() else "?" for c in text), file=sys.stderr, flush=True)
    return 255

class Client:
    """The main thread reads frames and never waits for stdin or stdout, so pings are always answered."""
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=PING_AFTER)
        self.socket.settimeout(None)
        ip, port = self.socket.getpeername()[:2]
        if not ipaddress.ip_address(ip).is_loopback:
            raise ConnectionError(f"{ip} is another machine, and plain TCP is for this one alone")
        self.address = f"tcp://[{ip}]:{port}" if ":" in ip else f"tcp://{ip}:{port}"
        self.ready, self.sending = False, threading.Lock()
        self.stdin_grants, self.output = queue.SimpleQueue(), queue.SimpleQueue()
        self.stdin_grants.put(FIRST_WINDOW)

    def send(self, kind, stream, body=b""):
        with self.sending, contextlib.suppress(OSError):  # the end of the link shows in read
            self.socket.sendall(struct.pack(">IBI", 5 + len(body), kind, stream) + body)

    def read(self, size):
        data, heard = b"", time.monotonic()
        while len(data) < size:
            if select.select([self.socket], [], [], PING_AFTER)[0]:
                part, heard = self.socket.recv(size - len(data)), time.monotonic()
                if not part:
                    raise ConnectionError("the server has closed the connection")
                data += part
            elif not self.ready or time.monotonic() - heard >= DEAD_AFTER:
                raise ConnectionError("the server has fallen silent")
            else:
                self.send(PING, LINK)
        return data

    def receive(self):
        length, kind, stream = struct.unpack(">IBI", self.read(9))
        if not 5 <= length <= (1_048_576 if self.ready else 1024):
            raise ConnectionError(f"the server sent a frame of {length} bytes")
        body = self.read(length - 5)
        if kind == ERROR and stream in (LINK, COMMAND):
            error = json.loads(body)
            raise ConnectionError(f"{error['message']}: {error['hint']}" if "hint" in error else error["message"])
        return kind, stream, body

    def ask(self, kind, body, wanted):
        self.send(kind, LINK, body)
        got, _, answer = self.receive()
        if got != wanted:
            raise ConnectionError(f"the server sent a frame of type {got} where {wanted} was due")
        return answer, json.loads(answer)

    def shake_hands(self, token):
        def proof(role):
            lines = [b"pinwire shell 1", role, hello, challenge, self.address.encode()]
            return base64url(hmac.digest(token, b"\n".join(lines), "sha256"))
        hello = b'{"version":1,"nonce":"%s"}' % base64url(secrets.token_bytes(32))
        challenge, fields = self.ask(HELLO, hello, CHALLENGE)
        if fields["version"] != 1:
            raise ConnectionError("the server speaks another version")
        _, fields = self.ask(PROOF, b'{"proof":"%s"}' % proof(b"client"), READY)
        if not hmac.compare_digest(str(fields["proof"]).encode(), proof(b"server")):
            raise ConnectionError("the server doesn't know the token")
        self.ready = True

    def send_stdin(self):
        for allowed in iter(self.stdin_grants.get, None):
            while allowed:
                data = os.read(0, min(allowed, CHUNK))
                if not data:
                    return self.send(STDIN_END, COMMAND)
                self.send(STDIN, COMMAND, data)
                allowed -= len(data)

    def write_output(self):
        for file, data in iter(self.output.get, None):
            try:
                file.buffer.write(data)
                file.flush()
            except OSError as error:
                os._exit(complain(f"can't write the output: {error.strerror}"))
            self.send(WINDOW, COMMAND, struct.pack(">I", len(data)))

    def run(self, argv):
        self.send(EXEC, COMMAND, json.dumps({"argv": argv}).encode())
        threading.Thread(target=self.send_stdin, daemon=True).start()
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
                exit = json.loads(body)
                if "reason" in exit:
                    complain(f"the server has ended the command: {exit['reason']}")
                return exit["code"]

def main():
    if len(sys.argv) < 4:
        return complain("usage: shell_client.py HOST:PORT TOKEN_FILE COMMAND...")
    _, address, token_file, *argv = sys.argv
    host, _, port = address.rpartition(":")
    try:
        with open(token_file, "rb") as file:
            token = file.read().strip()
        client = Client(host.strip("[]"), port)
        client.shake_hands(token)
        return client.run(argv)
    except OSError as error:
        return complain(f"{error.filename or address}: {error.strerror or error}")
    except (ValueError, LookupError, TypeError):
        return complain(f"{address}: the server sent what no server would")

os._exit(main())  # without waiting for whoever still reads stdin
