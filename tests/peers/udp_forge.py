"""Sends "hi" to 127.0.0.1:TO as if 127.0.0.1:FROM had: FROM TO. Only root may."""
import struct
import sys
from socket import AF_INET, IPPROTO_RAW, SOCK_RAW, inet_aton, socket

message = b"hi"
source, target = int(sys.argv[1]), int(sys.argv[2])
here = inet_aton("127.0.0.1")
# Checksums of 0 are left to the kernel (IPv4) and mean that there is none (UDP).
udp = struct.pack("!HHHH", source, target, 8 + len(message), 0) + message
ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, here, here)
socket(AF_INET, SOCK_RAW, IPPROTO_RAW).sendto(ip + udp, ("127.0.0.1", 0))
