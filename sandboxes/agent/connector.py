"""Joins standard input and output to the agent's socket: the way in where only `exec` exists.

Standard library only, and as little of it as possible: it is started for every wire.
"""

import os
import socket
import sys
import threading
import time

CHUNK = 64 * 1024
PATIENCE = 25.0
LOOK = 0.02


def address(name: str) -> str:
    """A name that begins with @ is an abstract one: it has no file, so nobody can put a link in its place."""
    return "\0" + name[1:] if name.startswith("@") else name


def join(name: str) -> socket.socket:
    """The box may be so young that its agent does not listen yet."""
    deadline = time.monotonic() + PATIENCE
    while True:
        joined = socket.socket(socket.AF_UNIX)
        try:
            joined.connect(address(name))
        except OSError:
            joined.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK)
        else:
            return joined


def inward(joined: socket.socket) -> None:
    while data := os.read(0, CHUNK):
        joined.sendall(data)
    joined.shutdown(socket.SHUT_WR)


def outward(joined: socket.socket) -> None:
    """When the agent has gone, so has this."""
    try:
        while data := joined.recv(CHUNK):
            while data:
                data = data[os.write(1, data) :]
    finally:
        os._exit(0)


def main(name: str) -> None:
    joined = join(name)
    reader = threading.Thread(target=outward, args=(joined,))
    reader.start()
    try:
        inward(joined)
    except OSError:
        os._exit(0)
    reader.join()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except OSError as failure:
        sys.exit(f"The agent does not answer: {failure.strerror}")
