"""Runs a program on a terminal of its own: keys come from stdin, the screen goes to stdout, its exit code is ours."""
import fcntl
import os
import pty
import struct
import sys
import termios
from threading import Thread

pid, screen = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.environ["TERM"] = "xterm"
    os.environ.pop("NO_COLOR", None)
    os.execvp(sys.argv[1], sys.argv[1:])


def type_keys():
    while keys := os.read(0, 1024):
        os.write(screen, keys)


Thread(target=type_keys, daemon=True).start()
try:
    while shown := os.read(screen, 65536):
        os.write(1, shown)
except OSError:
    pass  # Linux says EIO once the program has gone.
os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
