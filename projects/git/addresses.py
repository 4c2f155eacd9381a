"""Addresses of git servers elsewhere: what may be one, where it leads, and what stands in it that is secret."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from django.conf import settings

from projects import errors

MOST = 500
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]{0,252}[a-z0-9])?|\[[0-9a-f:.]+\]")
_REFUSED = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\^`{|}<>\"]")
# Up to the last @ of the host's part; where that has a colon without a port, a slash in a password ended it too early.
_SIGNING_IN = re.compile(r"\A(\s*(?:[^:/?#@]*:)?//|\s*)(?:[^/?#]*@|[^/?#@]*:(?!//|\d*(?:[/?#]|\Z)).*@)", re.DOTALL)
_UNICAST = ipaddress.ip_network("2000::/3")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Address:
    """`url` is without user and password."""

    url: str
    username: str = ""
    password: str = ""

    @property
    def secret(self) -> str:
        """The password; some servers take a token as the user name, and then there is none."""
        return self.password or self.username


def read(written: str) -> Address:
    """As a person gave it. Who signs in by the address itself is taken out of it."""
    written = written.strip()
    if not written or len(written) > MOST or _REFUSED.search(written) or not written.isascii():
        raise errors.BadUrl("An address of a git repository looks like https://git.example.com/you/project.git.")
    try:
        parts = urlsplit(written)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise errors.BadUrl("This is not an address: look at the part between // and the next slash.") from None
    if parts.scheme not in _PORTS:
        raise errors.BadUrl("The address begins with https:// (or http://). Others, such as ssh, do not work here.")
    if parts.query or parts.fragment or not _HOST.fullmatch(f"[{host}]" if ":" in host else host):
        raise errors.BadUrl("The address is a host and a path, such as https://git.example.com/you/project.git.")
    if parts.path.strip("/") == "":
        raise errors.BadUrl("The address is without the path of a repository.")
    return Address(_clean(parts, host, port), unquote(parts.username or ""), unquote(parts.password or ""))


def without_user(written: str) -> str:
    """As it was written, however wrong, and without what may be a user name or a password."""
    return _SIGNING_IN.sub(r"\1", written)


def _clean(parts: SplitResult, host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    where = name if port in (None, _PORTS[parts.scheme]) else f"{name}:{port}"
    return urlunsplit((parts.scheme, where, parts.path.rstrip("/"), "", ""))


def host_of(url: str) -> str:
    return urlsplit(url).netloc


def pin(url: str) -> str:
    """`host:port:address`, looked up once and checked: git connects to this very address and to no other.

    A name may lead into the network this server stands in, and may change its mind between a check and a connection.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failure:
        sentence = f"The name {host} could not be found."
        raise errors.RemoteTrouble("provider_down", sentence, "Look at the address; it may be misspelt.") from failure
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        _check(host, address)
    first = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    return f"{host}:{port}:{first}"


def _check(host: str, text: str) -> None:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        elif address in _TRANSLATED:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if _is_public(address) or any(address in ipaddress.ip_network(cidr) for cidr in settings.GIT_EXTRA_CIDRS):
        return
    raise errors.RemoteTrouble(
        "policy_denied",
        f"{host} leads to an address inside a private network, where this installation does not go.",
        "Take an address that anybody can reach, or ask the operator to allow that network (DJINN_GIT_EXTRA_CIDRS).",
    )


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Python calls some ranges global that lead back into the machine or its network."""
    if isinstance(address, ipaddress.IPv6Address) and (address not in _UNICAST or address.sixtofour):
        return False
    return address.is_global and not address.is_multicast
