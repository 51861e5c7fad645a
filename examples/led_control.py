"""led_control.py HOST[:PORT] [--token-file FILE] COMMAND...: asks `pinwire led serve`: on kitchen, blink red 2, status."""
import argparse, base64, hmac, json, pathlib, secrets, socket, sys

def printable(text):
    """Without what a terminal would take for a command."""
    return "".join(c if c.isprintable() else "?" for c in text)

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--token-file", type=pathlib.Path)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    token = options.token_file.read_bytes().strip() if options.token_file else None
    host, _, port = options.address.partition(":")
    with socket.create_connection((host, int(port or 11235)), timeout=5) as connection:
        ip, port = connection.getpeername()[:2]
        address = f"tcp://[{ip}]:{port}" if ":" in ip else f"tcp://{ip}:{port}"
        lines = connection.makefile(encoding="utf-8", newline="\n")

        def send(line):
            connection.sendall(f"{line}\n".encode())

        def receive():
            while (line := lines.readline()) == "ping\n":
                send("pong")
            if not line or line.startswith("refused"):
                sys.exit(f"led_control: {printable(line.strip()) or 'the controller has closed the connection'}")
            return line[:-1]

        def proof(role, hello, answer):
            text = "\n".join(["pinwire led 1", role, hello, answer, address]).encode()
            return "proof " + base64.urlsafe_b64encode(hmac.digest(token, text, "sha256")).rstrip(b"=").decode()

        nonce = {"nonce": secrets.token_urlsafe(32)} if token else {}
        hello = "hello " + json.dumps({"role": "control", "version": 1, **nonce})
        send(hello)
        answer = receive()
        if token:
            send(proof("control", hello, answer))
            if not hmac.compare_digest(receive(), proof("controller", hello, answer)):
                sys.exit("led_control: the controller doesn't know the token")
        send(" ".join(options.command))
        while (line := receive()) != "ok":
            verb, _, body = line.partition(" ")
            if verb == "error":
                error = json.loads(body)
                sys.exit(printable(f"led_control: {error['message']}: {error.get('hint', '')}").rstrip(": "))
            device = json.loads(body)
            state = "away" if "away" in device else {True: "on", False: "off"}.get(device.get("on"), "unknown")
            print(printable(str(device.get("name", device["index"]))), state)

main()
