"""Bytes as no honest client would send them, and what came back."""

import base64
import socket
from contextlib import closing, suppress

WEBSOCKET = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
    % base64.b64encode(b"0123456789abcdef")
)


def request(line: bytes, host: bytes, *more: bytes, body: bytes = b"") -> bytes:
    """A request that asks for the connection to be closed, so that the answer ends."""
    headers = b"".join(header + b"\r\n" for header in more)
    return line + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n" + headers + b"\r\n" + body


def say(port: int, data: bytes, *, seconds: float = 10) -> bytes:
    """Everything that is answered until the server closes; a server that does not close fails the attack."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=seconds)) as wire:
        with suppress(ConnectionError):  # it may have heard enough
            wire.sendall(data)
        answer = b""
        with suppress(ConnectionResetError):
            while piece := wire.recv(65536):
                answer += piece
        return answer


def status(answer: bytes) -> int:
    """0 for a connection that was closed without a word."""
    return int(answer.split(b" ", 2)[1]) if answer else 0
