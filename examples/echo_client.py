"""echo_client.py HOST:PORT FRAME MESSAGE...: sends each message in this frame, and prints its answer.

FRAME is one of those of docs/protocol.md: line, len:u8 … len:i32le, netstring, delim:HEX, fixed:N, slip, cobs.
"""
import socket, struct, sys

LENGTHS = {"u8": "B", "u16be": ">H", "u16le": "<H", "u32be": ">I", "u32le": "<I", "i32be": ">i", "i32le": "<i"}

def printable(text):
    """Without what a terminal would take for a command."""
    return "".join(c if c.isprintable() else "?" for c in text)

class Reader:
    def __init__(self, connection):
        self.read_file = connection.makefile("rb")

    def exactly(self, count):
        data = self.read_file.read(count)
        if len(data) < count:
            raise EOFError("the end of the stream came inside an answer")
        return data

    def until(self, end):
        data = b""
        while not data.endswith(end):
            data += self.exactly(1)
        return data[:-len(end)]

def length_prefix(kind):
    form = struct.Struct(LENGTHS[kind])
    return lambda body: form.pack(len(body)) + body, lambda reader: reader.exactly(form.unpack(reader.exactly(form.size))[0])

def delimiter(end):
    return lambda body: body + end, lambda reader: reader.until(end)

def read_netstring(reader):
    body = reader.exactly(int(reader.until(b":")))
    if reader.exactly(1) != b",":
        raise ValueError("a netstring ends in a comma")
    return body

def read_slip(reader):
    while not (body := reader.until(b"\xc0")):
        pass  # it begins with one too
    return body.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")

def write_cobs(body):
    out = b""
    for part in body.split(b"\0"):
        while len(part) > 253:
            out, part = out + b"\xff" + part[:254], part[254:]
        out += bytes([len(part) + 1]) + part
    return out + b"\0"

def read_cobs(reader):
    data, body = reader.until(b"\0"), b""
    while data:
        code, data = data[0], data[1:]
        body, data = body + data[:code - 1], data[code - 1:]
        if code < 255 and data:
            body += b"\0"
    return body

def frame(spec):
    """What writes a body, and what reads one."""
    name, _, detail = spec.partition(":")
    return {
        "line": lambda: delimiter(b"\n"),
        "len": lambda: length_prefix(detail),
        "netstring": lambda: (lambda body: b"%d:%b," % (len(body), body), read_netstring),
        "delim": lambda: delimiter(bytes.fromhex(detail)),
        "fixed": lambda: (lambda body: body, lambda reader: reader.exactly(int(detail))),
        "slip": lambda: (lambda body: b"\xc0" + body.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0",
                         read_slip),
        "cobs": lambda: (write_cobs, read_cobs),
    }[name]()

def main():
    _, address, spec, *messages = sys.argv
    host, _, port = address.rpartition(":")
    write, read = frame(spec)
    with socket.create_connection((host.strip("[]"), int(port))) as connection:
        reader = Reader(connection)
        for message in messages:
            connection.sendall(write(message.encode()))
            print(printable(read(reader).decode(errors="replace")))

main()
