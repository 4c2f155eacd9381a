"""The way out: through the wire that serves it, to the hosts on the list, and nowhere else."""

import ipaddress
import socket
from collections.abc import AsyncIterator

import pytest

from sandboxes import wire
from sandboxes.backends import base
from sandboxes.wire import egress
from tests.sandboxes.backends.conftest import until

CONNECT = """
import socket, sys
proxy = socket.create_connection(("127.0.0.1", 3128), 5)
proxy.sendall(f"CONNECT {sys.argv[1]} HTTP/1.1\\r\\n\\r\\n".encode())
print(proxy.recv(1000).decode().splitlines()[0])
"""


@pytest.fixture(scope="module")
def hosts() -> frozenset[str]:
    return egress.hosts_from_package_managers()


def cidrs(hosts: frozenset[str]) -> tuple[str, ...]:
    """Where names of registries lead to an address that is not global, as behind a mirror."""
    found = {entry[4][0] for host in hosts for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    return tuple(str(address) for address in found if not ipaddress.ip_address(address).is_global)


@pytest.fixture
def passages() -> list[egress.Passage]:
    return []


@pytest.fixture
async def served(
    backend: base.SandboxBackend, handle: base.Handle, passages: list[egress.Passage], hosts: frozenset[str]
) -> AsyncIterator[wire.Wire]:
    attached = await wire.attach(backend, handle, egress=wire.EgressPolicy(hosts, cidrs(hosts), log=passages.append))
    yield attached
    await attached.close()


async def _logged(passages: list[egress.Passage]) -> bool:
    return bool(passages)


async def connect(box: wire.Wire, target: str) -> str:
    return (await box.exec(["python3", "-c", CONNECT, target], timeout=20)).output.strip()


@pytest.mark.node
async def test_npm_asks_its_registry(served: wire.Wire, passages: list[egress.Passage], hosts: frozenset[str]) -> None:
    result = await served.exec(["npm", "view", "is-number", "version"], timeout=90)
    assert (result.exit_code, result.output) == (0, "7.0.0\n")
    await until(lambda: _logged(passages))
    assert passages[0].host in hosts
    assert passages[0].received > 1000


async def test_pip_downloads_a_file(served: wire.Wire) -> None:
    result = await served.exec(["pip", "download", "six", "--no-deps", "--dest", "/tmp/got"], timeout=90)
    assert result.exit_code == 0, result.output
    assert "Successfully downloaded six" in result.output


async def test_another_host_is_refused_with_a_sentence(
    served: wire.Wire, passages: list[egress.Passage], hosts: frozenset[str]
) -> None:
    sentence = "example.com is not on the list of hosts this box may download from."
    assert await connect(served, "example.com:443") == f"HTTP/1.1 403 {sentence}"
    assert passages == [egress.Passage("example.com", refusal=sentence)]


@pytest.mark.parametrize(
    "target", ["{}.:443", "{}@evil.example:443", "[::1]:443", "127.0.0.1:443", "EXAMPLE:443", "x y:443"]
)
async def test_odd_spellings_of_a_host_are_refused(served: wire.Wire, target: str, hosts: frozenset[str]) -> None:
    answer = await connect(served, target.format(min(hosts)))
    assert answer.startswith(("HTTP/1.1 403 ", "HTTP/1.1 502 "))


async def test_another_port_is_refused(served: wire.Wire, hosts: frozenset[str]) -> None:
    assert "port 22 is not HTTPS" in await connect(served, f"{min(hosts)}:22")


async def test_without_a_wire_that_serves_it_nothing_leaves(box: wire.Wire, hosts: frozenset[str]) -> None:
    answer = await connect(box, f"{min(hosts)}:443")
    assert answer == "HTTP/1.1 403 No downloads are possible now: nothing serves this box."


async def test_plain_http_is_refused(served: wire.Wire) -> None:
    script = """
import urllib.error, urllib.request
try:
    urllib.request.urlopen("http://example.com")
except urllib.error.HTTPError as refused:
    print(refused.code, refused.reason)
"""
    result = await served.exec(["python3", "-c", script], timeout=20)
    assert result.output == "403 Only HTTPS downloads leave this box.\n"


async def test_the_allowance_of_bytes_ends(
    backend: base.SandboxBackend, handle: base.Handle, hosts: frozenset[str]
) -> None:
    policy = wire.EgressPolicy(hosts, cidrs(hosts), max_bytes=3000)
    box = await wire.attach(backend, handle, egress=policy)
    result = await box.exec(["pip", "download", "six", "--no-deps", "--retries", "0", "-d", "/tmp/got"], timeout=90)
    assert result.exit_code != 0
    assert "as much as it may" in await connect(box, f"{min(hosts)}:443")
    await box.close()
