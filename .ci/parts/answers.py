"""Ask a PostgreSQL or Redis by its address whether it answers; a sentence when it does not."""

import socket
import ssl
import sys
from urllib.parse import SplitResult, unquote, urlsplit

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
PORTS = {"postgres": 5432, "postgresql": 5432, "redis": 6379, "rediss": 6379}


def postgres(line: socket.socket, _: SplitResult) -> bool:
    line.sendall(SSL_REQUEST)
    return line.recv(1) in {b"S", b"N"}


def redis(line: socket.socket, url: SplitResult) -> bool:
    if url.scheme == "rediss":
        line = ssl.create_default_context().wrap_socket(line, server_hostname=url.hostname)
    words = [unquote(word) for word in (url.username, url.password) if word]
    login = f"AUTH {' '.join(words)}\r\n" if words else ""
    line.sendall(f"{login}PING\r\n".encode())
    said = b""
    while b"PONG" not in said and not said.startswith(b"-") and (more := line.recv(100)):
        said += more
    return b"PONG" in said


def main(address: str) -> str:
    url = urlsplit(address)
    name = f"{url.scheme}://{url.hostname}"
    if url.scheme not in PORTS:
        return f"{name} is neither the address of a PostgreSQL nor of a Redis."
    ask = postgres if url.scheme.startswith("postgres") else redis
    try:
        with socket.create_connection((url.hostname or "localhost", url.port or PORTS[url.scheme]), timeout=5) as line:
            is_fine = ask(line, url)
    except OSError as reason:
        return f"Nothing answers at {name} ({reason}). Correct its address, or unset it to have one started here."
    return "" if is_fine else f"What listens at {name} does not let us in. Correct its address, or unset it."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) or 0)
