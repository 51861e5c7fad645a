"""An agent for `pinwire led serve` that needs nothing but Python 3.7; also for 32-bit Raspberry Pis.

usage: led_agent.py HOST[:PORT] [--pin 11] [--name NAME] [--token-file FILE] [--sysfs DIR]

The pin is counted by its place on the header. It is moved through /sys/class/gpio, else by RPi.GPIO, else simulated.
"""
import argparse, base64, glob, hmac, json, os, re, secrets, select, signal, socket, sys, time

BCM = dict(zip((3, 5, 7, 8, 10, 11, 12, 13, 15, 16, 18, 19, 21, 22, 23, 24, 26, 29, 31, 32, 33, 35, 36, 37, 38, 40),
               (2, 3, 4, 14, 15, 17, 18, 27, 22, 23, 24, 10, 9, 25, 11, 8, 7, 5, 6, 12, 13, 19, 16, 26, 20, 21)))
CHIPS = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")
WORD = re.compile(r"\s*(on|off|toggle|state\?|blink\s+(\d+(?:\.\d+)?))")
PAUSE, PING, DEAD, OPENING = 0.02, 2, 6, 5  # seconds

class Sysfs:
    def __init__(self, root, pin):
        self.chip, base = next((name, int(read(f"{path}/base"))) for path in glob.glob(f"{root}/class/gpio/gpiochip*")
                               for name in [read(f"{path}/label")] if name in CHIPS)
        self.root, self.line = f"{root}/class/gpio", base + BCM[pin]
        if not os.path.exists(f"{self.root}/gpio{self.line}"):
            write(f"{self.root}/export", self.line)
        deadline = time.monotonic() + 5
        while True:
            try:
                return write(f"{self.root}/gpio{self.line}/direction", "low")  # output and level in one step
            except PermissionError:  # udev has not given it to the group yet
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def put(self, on):
        write(f"{self.root}/gpio{self.line}/value", int(on))

class RPi:
    chip = "RPi.GPIO"
    def __init__(self, pin):
        import RPi.GPIO as GPIO
        GPIO.setmode(GPIO.BOARD)
        GPIO.setup(pin, GPIO.OUT, initial=GPIO.LOW)
        self.put = lambda on: GPIO.output(pin, on)

class Simulated:
    chip = "simulated"
    def put(self, on):
        pass

def read(path):
    with open(path) as file:
        return file.read().strip()

def write(path, value):
    with open(path, "w") as file:
        file.write(str(value))

def open_pin(root, pin):
    for make in (lambda: Sysfs(root, pin), lambda: RPi(pin)):
        try:
            return make()
        except (StopIteration, ImportError, RuntimeError):
            continue
    return Simulated()

def say(text):
    print("".join(c if c.isprintable() else "?" for c in text), flush=True)

class Lamp:
    def __init__(self, pin, name):
        self.pin, self.name, self.on, self.half, self.edge = pin, name, False, 0, 0
        self.report = lambda: None

    def set(self, on):
        changed, self.on = on != self.on, on
        self.pin.put(on)
        if changed:
            say(f"{self.name} is {'on' if on else 'off'}")
            self.report()

    def obey(self, word, hertz):
        if word == "state?":
            return self.report()
        self.half = 0.5 / float(hertz) if hertz else 0
        self.edge = time.monotonic() + self.half
        self.set(not self.on if word == "toggle" else word != "off")

    def tick(self):
        if self.half and time.monotonic() >= self.edge:
            self.edge += self.half
            self.set(not self.on)

    def rest(self, seconds):
        """Waits, and goes on blinking."""
        self.report = lambda: None
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(max(0, min(end, self.edge if self.half else end) - time.monotonic()))
            self.tick()

class Link:
    def __init__(self, address, options, lamp):
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lamp, self.data, self.is_ours = lamp, b"", False
        self.heard = self.spoke = time.monotonic()
        ip, port = self.socket.getpeername()[:2]
        self.address = f"tcp://[{ip}]:{port}" if ":" in ip else f"tcp://{ip}:{port}"
        hello = {"role": "agent", "version": 1, "name": options.name, "pin": str(options.pin), "chip": lamp.pin.chip}
        if options.token:
            hello["nonce"] = secrets.token_urlsafe(32)
        self.hello = "hello " + json.dumps(hello)
        self.send(self.hello)
        if options.token:
            self.prove(options.token)
        lamp.report = lambda: self.send(f"state {'on' if lamp.on else 'off'}")
        lamp.report()
        say(f"connected to {self.address}")

    def send(self, line):
        self.socket.sendall(f"{line}\n".encode())

    def prove(self, token):
        hello = self.line()
        if "nonce" not in json.loads(hello[6:]):
            raise OSError("the controller has no token")
        def proof(role):
            text = "\n".join(["pinwire led 1", role, self.hello, hello, self.address])
            return base64.urlsafe_b64encode(hmac.digest(token, text.encode(), "sha256")).rstrip(b"=").decode()
        self.send(f"proof {proof('agent')}")
        if not hmac.compare_digest(self.line(), f"proof {proof('controller')}"):
            raise OSError("the controller doesn't know the token")
        self.is_ours = True

    def line(self):
        deadline = time.monotonic() + OPENING
        while b"\n" not in self.data:
            if len(self.data) > 1024 or not self.wait(deadline - time.monotonic()):
                raise OSError("the controller did not answer as one with a token does")
        line, self.data = self.data.split(b"\n", 1)
        if line.startswith(b"refused"):
            raise OSError(line.decode(errors="replace"))
        return line.decode()

    def wait(self, seconds=None):
        """Whether something came within so many seconds."""
        if not select.select([self.socket], [], [], seconds if seconds is None else max(0, seconds))[0]:
            return False
        part = self.socket.recv(4096)
        if not part:
            raise OSError("the controller has closed the connection")
        self.data += part
        self.heard = time.monotonic()
        return True

    def serve(self):
        while True:
            now = time.monotonic()
            dues = [max(self.heard, self.spoke) + PING] if self.is_ours else []
            dues += [self.lamp.edge] if self.lamp.half else []
            dues += [now + PAUSE] if self.data else []
            came = self.wait(min(dues) - now if dues else None)
            self.lamp.tick()
            *lines, self.data = self.data.split(b"\n")
            if not came:  # an unfinished line counts after a pause
                lines, self.data = lines + [self.data], b""
            for line in lines:
                self.take(line[:1024].decode(errors="replace").strip())
            now = time.monotonic()
            if self.is_ours and now - self.heard >= DEAD:
                raise OSError("the controller is silent")
            if self.is_ours and now - max(self.heard, self.spoke) >= PING:
                self.send("ping")
                self.spoke = now

    def take(self, line):
        if line.startswith("hello "):
            self.is_ours = True
        elif line == "ping":
            self.send("pong")
        elif re.fullmatch(f"(?:{WORD.pattern})+", line):
            words = WORD.findall(line)
            if all(not hertz or 0.01 <= float(hertz) <= 50 for _, hertz in words):
                for word, hertz in words:
                    self.lamp.obey(word, hertz)

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--pin", type=int, default=11, choices=sorted(BCM), metavar="11")
    parser.add_argument("--name", default=socket.gethostname().split(".")[0][:32])
    parser.add_argument("--token-file", dest="token", type=lambda path: read(path).encode())
    parser.add_argument("--sysfs", default="/sys", metavar="DIR")
    options = parser.parse_args()
    host, _, port = options.address.partition(":")
    lamp = Lamp(open_pin(options.sysfs, options.pin), options.name)
    say(f"pin {options.pin} of {lamp.pin.chip}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    pause = 0.5
    try:
        while True:
            try:
                link = Link((host, int(port or 11235)), options, lamp)
                pause = 0.5
                link.serve()
            except (OSError, ValueError) as error:
                say(f"{options.address}: {error}")
            lamp.rest(pause)
            pause = min(2 * pause, 10)
    except KeyboardInterrupt:
        lamp.report = lambda: None
        lamp.set(False)

main()
