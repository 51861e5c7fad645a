#!/usr/bin/env python3
"""Runs a command at a `pinwire shell serve` on this machine, after docs/protocol.md (wire v1).

Usage: shell_client.py HOST:PORT TOKEN_FILE COMMAND...

The exit code is that of the command; 255 if there is none, and then stderr says why."""
import base64, hmac, ipaddress, json, os, queue, secrets, select, socket, struct, sys, threading, time

HELLO, CHALLENGE, PROOF, READY, EXEC, STDIN, STDIN_END, STDOUT, STDERR, EXIT = range(1, 11)
WINDOW, ERROR, PING, PONG = 12, 14, 15, 16
LINK, COMMAND = 0, 1  # the streams
WINDOW_SIZE, CHUNK = 262_144, 65_536
PING_AFTER, DEAD_AFTER = 5, 15  # seconds

class Failure(Exception):
    """Why there is no exit code."""

def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

def parse(body):
    try:
        return dict(json.loads(body))
    except (ValueError, TypeError):
        raise Failure("the server sent something else than a JSON object") from None

class Client:
    """The main thread reads frames and never waits for anything else, so that pings are always answered."""
    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host.strip("[]"), port), timeout=PING_AFTER)
        self.socket.settimeout(None)
        ip, port = self.socket.getpeername()[:2]
        if not ipaddress.ip_address(ip).is_loopback:
            raise Failure(f"{ip} is another machine, and plain TCP is for this one")
        self.address = f"tcp://[{ip}]:{port}" if ":" in ip else f"tcp://{ip}:{port}"
        self.ready, self.failure = False, None
        self.to_send, self.to_write = queue.SimpleQueue(), queue.SimpleQueue()
        self.changed, self.stdin_window, self.output_window = threading.Condition(), WINDOW_SIZE, WINDOW_SIZE
        self.start(self.send_frames)

    def start(self, job):
        thread = threading.Thread(target=job, daemon=True)
        thread.start()
        return thread

    def send(self, kind, stream, body=b""):
        self.to_send.put(struct.pack(">IBI", 5 + len(body), kind, stream) + body)

    def send_frames(self):
        try:
            while True:
                self.socket.sendall(self.to_send.get())
        except OSError:
            pass  # the reader hears of it too

    def read(self, size):
        data, heard = b"", time.monotonic()
        while len(data) < size:
            if select.select([self.socket], [], [], PING_AFTER)[0]:
                part, heard = self.socket.recv(size - len(data)), time.monotonic()
                if not part:
                    raise self.failure or Failure("the server closed the connection")
                data += part
            elif not self.ready or time.monotonic() - heard > DEAD_AFTER:
                raise Failure("the server has fallen silent")
            else:
                self.send(PING, LINK)
        return data

    def receive(self):
        length, kind, stream = struct.unpack(">IBI", self.read(9))
        if not 5 <= length <= (1_048_576 if self.ready else 1024):
            raise Failure(f"the server sent a frame of {length} bytes")
        body = self.read(length - 5)
        if kind == ERROR and stream in (LINK, COMMAND):
            error = parse(body)
            raise Failure(": ".join(str(error[key]) for key in ("message", "hint") if error.get(key)))
        return kind, stream, body

    def shake_hands(self, token):
        def proof(role):
            lines = [b"pinwire shell 1", role, hello, challenge, self.address.encode()]
            return base64url(hmac.digest(token, b"\n".join(lines), "sha256"))

        def answer(kind, request, wanted):
            self.send(kind, LINK, request)
            got, stream, body = self.receive()
            if (got, stream) != (wanted, LINK):
                raise Failure(f"the server sent a frame of type {got} instead of {wanted}")
            return body

        hello = b'{"version":1,"nonce":"%s"}' % base64url(secrets.token_bytes(32)).encode()
        challenge = answer(HELLO, hello, CHALLENGE)
        if parse(challenge).get("version") != 1:
            raise Failure("the server speaks another version")
        ready = answer(PROOF, b'{"proof":"%s"}' % proof(b"client").encode(), READY)
        if not hmac.compare_digest(str(parse(ready).get("proof")).encode(), proof(b"server").encode()):
            raise Failure("the server doesn't know the token")
        self.ready = True

    def run(self, argv):
        self.send(EXEC, COMMAND, json.dumps({"argv": argv}).encode())
        self.start(self.send_stdin)
        writer = self.start(self.write_output)
        while True:
            kind, stream, body = self.receive()
            if kind == PING:
                self.send(PONG, stream)
            elif stream != COMMAND or kind == PONG:
                continue
            elif kind in (STDOUT, STDERR):
                ...
