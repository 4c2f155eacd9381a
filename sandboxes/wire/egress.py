"""The box's only way out: HTTPS to a short list of hosts, carried by the host process that serves it.

The name is looked up once, every address checked, and the connection made to that very address, so a
name that changes its mind in between leads nowhere. What is refused is told in a sentence.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from sandboxes.agent import agent
from sandboxes.wire.hosts import hosts_from_package_managers, hosts_of

__all__ = ["EgressPolicy", "Passage", "hosts_from_package_managers", "hosts_of", "serve"]

NAME = re.compile(r"[a-z0-9.-]{1,253}")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
UNICAST = ipaddress.ip_network("2000::/3")
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
PORT = 443
CONNECT_SECONDS = 10.0
TRIES = 3


@dataclass(frozen=True)
class Passage:
    """One attempt to get out, for the log. `refusal` is empty when it was let through."""

    host: str
    sent: int = 0
    received: int = 0
    refusal: str = ""


def _silent(passage: Passage) -> None:
    """Nobody asked to be told."""


@dataclass(frozen=True)
class EgressPolicy:
    hosts: frozenset[str]
    extra_cidrs: tuple[str, ...] = ()
    """Networks that are fine although they are not global, for instance where a registry is mirrored inside."""
    max_bytes: int = 1 << 30
    """Both directions together, per wire."""
    log: Callable[[Passage], None] = _silent
    used: list[int] = field(default_factory=lambda: [0], compare=False)

    def check_name(self, host: str, port: int) -> None:
        if port != PORT:
            raise agent.Refusal(f"Only HTTPS downloads leave this box, and port {port} is not HTTPS.")
        if not NAME.fullmatch(host) or host not in self.hosts:
            shown = re.sub(r"[^a-zA-Z0-9.:-]", "?", host)[:100]
            raise agent.Refusal(f"{shown} is not on the list of hosts this box may download from.")

    def check_address(self, text: str) -> None:
        address = _meant(ipaddress.ip_address(text.partition("%")[0]))
        if _is_public(address):
            return
        if not any(address in ipaddress.ip_network(cidr) for cidr in self.extra_cidrs):
            raise agent.Refusal("The name of this host leads to an address inside a private network.")

    def spend(self, size: int) -> None:
        self.used[0] += size
        if self.used[0] > self.max_bytes:
            raise agent.Refusal("This box has downloaded as much as it may.")


def _meant(address: Address) -> Address:
    """An IPv4 address may come in the clothes of an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in TRANSLATED:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    """Python calls some ranges global that lead back into the machine or its network."""
    if isinstance(address, ipaddress.IPv6Address) and (address not in UNICAST or address.sixtofour):
        return False
    return address.is_global and not address.is_multicast


async def serve(policy: EgressPolicy, channel: agent.Channel, request: agent.Message) -> agent.Message:
    """Answer one request of a box to get out."""
    host, port = str(request.get("host")), request.get("port")
    counts = [0, 0]
    try:
        policy.check_name(host, port if isinstance(port, int) else 0)
        policy.spend(0)
        reader, writer = await _connect(await _resolve(policy, host))
        try:
            await channel.note({})
            await agent.together(_send(policy, channel, writer, counts), _receive(policy, channel, reader, counts))
        finally:
            writer.close()
    except agent.Refusal as refusal:
        policy.log(Passage(host[:253], counts[0], counts[1], refusal=str(refusal)))
        raise
    except BaseException:  # given up by the box, or the wire is lost
        policy.log(Passage(host, counts[0], counts[1]))
        raise
    policy.log(Passage(host, counts[0], counts[1]))
    return {}


async def _resolve(policy: EgressPolicy, host: str) -> list[str]:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError) as failure:
        raise agent.Refusal(f"{host} could not be found.") from failure
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        policy.check_address(address)
    return addresses


async def _connect(addresses: list[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for address in addresses[:TRIES]:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await asyncio.open_connection(address, PORT)
        except (OSError, TimeoutError):
            continue
    raise agent.Refusal("The host does not answer.")


async def _send(policy: EgressPolicy, channel: agent.Channel, writer: asyncio.StreamWriter, counts: list[int]) -> None:
    while data := await channel.recv():
        policy.spend(len(data))
        counts[0] += len(data)
        writer.write(data)
        await writer.drain()
    writer.write_eof()


async def _receive(
    policy: EgressPolicy, channel: agent.Channel, reader: asyncio.StreamReader, counts: list[int]
) -> None:
    while data := await reader.read(agent.CHUNK):
        policy.spend(len(data))
        counts[1] += len(data)
        await channel.send(data)
    await channel.end()
