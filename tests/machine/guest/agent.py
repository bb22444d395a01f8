"""In the guest: runs commands that come over a virtio-serial port, one at a time.

In: a line of JSON {"run": shell text, "limit": seconds}. Out: {"code": number, "said": text}.
"""

import json
import subprocess
import time
from io import FileIO

PORT = "/dev/virtio-ports/hinge.agent"


def answer(line: bytes) -> dict[str, object]:
    """What became of one request; code 124 = not done within its limit."""
    request = json.loads(line)
    try:
        done = subprocess.run(
            ["/bin/bash", "-c", request["run"]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=request["limit"],
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return {"code": 124, "said": (late.stdout or b"").decode(errors="replace")}
    return {"code": done.returncode, "said": done.stdout.decode(errors="replace")}


def send(port: FileIO, said: bytes) -> None:
    """All of it: the port takes 32 KiB at a time."""
    while said:
        said = said[port.write(said) :]


def main() -> None:
    """Serve for as long as the machine runs."""
    with FileIO(PORT, "r+") as port:
        port.write(b'{"hello": 1}\n')
        waiting = b""
        while True:
            chunk = port.read(4096)
            if not chunk:  # nobody listens at the other end just now
                time.sleep(0.2)
                continue
            *lines, waiting = (waiting + chunk).split(b"\n")
            for line in lines:
                if line.strip():
                    send(port, json.dumps(answer(line)).encode() + b"\n")


main()
