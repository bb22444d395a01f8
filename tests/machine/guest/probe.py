"""In the guest: tries one thing in the place it is started in, and says what came of it.

probe.py open PATH            opened, or the error's name
probe.py connect HOST PORT    connected, or the error's name
probe.py interfaces           names of this network namespace's interfaces
"""

import errno
import os
import socket
import sys


def attempt() -> str:
    match sys.argv[1:]:
        case ["open", path]:
            os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
            return "opened"
        case ["connect", host, port]:
            socket.create_connection((host, int(port)), timeout=5).close()
            return "connected"
        case ["interfaces"]:
            return " ".join(name for _, name in socket.if_nameindex())
    raise SystemExit(__doc__)


try:
    print(attempt())
except OSError as problem:
    print(errno.errorcode.get(problem.errno or 0, str(problem)))
