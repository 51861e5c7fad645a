"""Two programs of this folder over a wire that loses, doubles and swaps packets: CAPTURE MTU SERVER CLIENT.

It needs a network of its own (unshare -Urn). What leaves for 10.0.0.2 comes back with its addresses swapped, as if it
were 10.0.0.2 that says it to 10.0.0.1; that changes no checksum. CAPTURE becomes a pcap of all that leaves and comes
back: its first stream is the conversation as the client's end has it, the second as the server's.
"""
import os
import struct
import sys
from fcntl import ioctl
from select import select
from socket import AF_INET, SOCK_DGRAM, inet_aton, socket
from subprocess import PIPE, Popen
from time import time_ns

SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFMTU = 0x8914, 0x8916, 0x891C, 0x8922
TUNSETIFF, IFF_TUN_NO_PI, IFF_UP_RUNNING = 0x400454CA, 0x1001, 0x41
OVER = ("06", "0A")  # TIME_WAIT and LISTEN, as /proc/net/tcp has them

capture, mtu, server, client = sys.argv[1:]
tun = os.open("/dev/net/tun", os.O_RDWR)
ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"wire", IFF_TUN_NO_PI))
with socket(AF_INET, SOCK_DGRAM) as control:
    for request, address in ((SIOCSIFADDR, "10.0.0.1"), (SIOCSIFNETMASK, "255.255.255.0")):
        ioctl(control, request, struct.pack("16sH2x4s16x", b"wire", AF_INET, inet_aton(address)))
    ioctl(control, SIOCSIFMTU, struct.pack("16si20x", b"wire", int(mtu)))
    ioctl(control, SIOCSIFFLAGS, struct.pack("16sH22x", b"wire", IFF_UP_RUNNING))

pcap = open(capture, "wb")
pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))


def captured(packet):
    seconds, ns = divmod(time_ns(), 10**9)
    pcap.write(struct.pack("<IIII", seconds, ns // 1000, len(packet), len(packet)) + packet)


def deliver(packet):
    back = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
    captured(back)
    os.write(tun, back)


def is_over():
    with open("/proc/net/tcp") as table:
        return all(row.split()[3] in OVER for row in table.readlines()[1:])


def start(name, *args, **options):
    return Popen([sys.executable, "-u", f"{os.path.dirname(__file__)}/{name}.py", *args], **options)


listening = start(server, "10.0.0.1", "0", stdout=PIPE)
talking = start(client, "10.0.0.2", listening.stdout.readline().decode().strip())
sent, late = 0, []
while talking.poll() is None or not is_over():
    if not select([tun], [], [], 0.05)[0]:
        continue
    packet = os.read(tun, 65536)
    if packet[0] >> 4 != 4:
        continue
    captured(packet)
    sent += 1
    if sent % 6 == 4:
        continue
    if sent % 7 == 5:
        late.append(packet)
        continue
    for passing in (packet, *late, *([packet] if sent % 11 == 0 else [])):
        deliver(passing)
    late = []
listening.kill()
pcap.close()
