"""chat_client.py HOST[:PORT] NICK [ROOM]: a numbered member of `pinwire chat serve`: comes back, and misses nothing."""
import json, select, socket, sys, time

QUIET, DEAD, OPENING, AGAIN = 2, 6, 15, 1  # seconds

def say(text):
    """What a terminal would take for a command, it isn't told."""
    print("".join(c if c.isprintable() or c == "\t" else "?" for c in text), flush=True)

class Member:
    def __init__(self, address, nick, room):
        self.address, self.welcome, self.last = address, None, None
        self.wish = {"nick": nick, "room": room, "encoding": "utf-8", "heartbeat": True}
        self.unconfirmed, self.typed, self.is_over = [], b"", False

    def visit(self):
        """From dialling to the loss of the link."""
        with socket.create_connection(self.address, timeout=OPENING) as self.socket:
            self.data, self.is_in = b"", False
            if self.welcome:
                self.wish["resume"] = {"session": self.welcome["session"], "log": self.welcome["log"], "line": self.last}
            self.heard = self.said = time.monotonic()
            while not self.is_over:
                sources = [self.socket] + ([sys.stdin] if self.is_in and self.typed is not None else [])
                due = min(max(self.heard, self.said) + QUIET, self.heard + DEAD) if self.is_in else self.heard + OPENING
                ready = select.select(sources, [], [], max(0, due - time.monotonic()))[0]
                if self.socket in ready:
                    self.read()
                if sys.stdin in ready:
                    self.take_typed()
                now = time.monotonic()
                if now - self.heard >= (DEAD if self.is_in else OPENING):
                    raise OSError("the server is silent")
                if self.is_in and now - max(self.heard, self.said) >= QUIET:
                    self.send("/ping")

    def send(self, line):
        self.socket.sendall(f"{line}\n".encode())
        self.said = time.monotonic()

    def take_typed(self):
        data = sys.stdin.buffer.raw.read(4096)
        *lines, self.typed = (self.typed + data).split(b"\n")
        if not data:
            lines, self.typed = ([self.typed] if self.typed else []), None
        for line in filter(None, lines):
            self.unconfirmed.append(line.decode(errors="replace"))
            self.send(self.unconfirmed[-1])
        self.leave_if_done()

    def leave_if_done(self):
        self.is_over = self.typed is None and not self.unconfirmed

    def read(self):
        part = self.socket.recv(65536)
        if not part:
            raise OSError("the server has closed the connection")
        self.heard = time.monotonic()
        *lines, self.data = (self.data + part).split(b"\n")
        for line in lines:
            self.take(line.decode(errors="replace"))

    def take(self, line):
        verb, _, rest = line.partition(" ")
        if verb == "/ping":
            self.send("/pong")
        elif verb == "/pinwire":
            self.enter(json.loads(rest))
        elif verb == "/taken":
            self.unconfirmed.pop(0)
            self.last = int(rest) if rest else self.last
            self.leave_if_done()
        elif verb == "/bye":
            say(f"* {rest}")
            self.is_over = True
        elif line.startswith("* pinwire chat 1") and not self.is_in:
            self.send("/pinwire " + json.dumps(self.wish))
        elif not self.is_in:
            pass  # what comes before the welcome is for plain members
        elif verb[:1] == "#" and verb[1:].isdigit():
            number = int(verb[1:])
            self.miss(number - 1)
            self.last = number
            say(rest)
        elif verb != "/pong":
            say(line)

    def enter(self, welcome):
        if not self.is_in:
            for line in self.unconfirmed:
                say(f"* may not have arrived: {line}")
            self.unconfirmed.clear()
            say(f"* in {welcome['room']} as {welcome['nick']}")
        before = welcome["line"] - welcome["past"]
        if self.welcome and welcome["log"] == self.welcome["log"]:
            self.miss(before)
        self.last, self.welcome, self.is_in = before, welcome, True
        self.wish.update(nick=welcome["nick"], room=welcome["room"])

    def miss(self, number):
        """All up to this number should have come."""
        if self.last < number:
            say(f"* {number - self.last} lines were missed")

def main():
    _, address, nick, *room = sys.argv
    host, _, port = address.partition(":")
    member = Member((host, int(port or 8888)), nick, room[0] if room else "lobby")
    while not member.is_over:
        try:
            member.visit()
        except OSError as error:
            print(f"chat_client: {address}: {error}", file=sys.stderr, flush=True)
            if not member.welcome:
                return 1
            time.sleep(AGAIN)

try:
    sys.exit(main())
except KeyboardInterrupt:
    pass
