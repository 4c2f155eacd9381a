"""Names and addresses by which a box would reach more than packages."""

import pytest

from sandboxes.agent import agent
from sandboxes.wire.egress import EgressPolicy

POLICY = EgressPolicy(hosts=frozenset({"files.example"}))

SPELLINGS = [
    *("127.0.0.1", "0x7f000001", "2130706433", "0177.0.0.1", "[::1]", "::1", "localhost", "169.254.169.254"),
    *("FILES.example", "files.example.", "files.example\0.evil", "user@files.example", "files.example@evil"),
    *("files.example:443", "files.example/", "files.example#", "files.example?", " files.example", "files.example\n"),
    *("evil.files.example", "files.example.evil", "filesXexample", "files%2eexample", "files。example", "ﬁles.example"),
    *("", ".", "a" * 300),
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_only_the_exact_name_passes(host: str) -> None:
    with pytest.raises(agent.Refusal, match="is not on the list"):
        POLICY.check_name(host, 443)


@pytest.mark.parametrize("port", [0, -443, 80, 22, 8443, 65979, 443 + 65536])
def test_only_the_exact_port_passes(port: int) -> None:
    with pytest.raises(agent.Refusal, match="is not HTTPS"):
        POLICY.check_name("files.example", port)


# What a name on the list may not lead to: IPv4 addresses in IPv6 clothes, and ranges Python calls global.
DISGUISED = [
    *("64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::"),
    *("2002:a00:1::1", "::127.0.0.1", "::10.0.0.1", "::ffff:0:127.0.0.1", "2001:0:7f00:1::", "fec0::1", "fc00::1"),
    *("::", "ff02::1", "::ffff:169.254.169.254", "fe80::1%1", "192.0.0.170", "198.18.0.1", "255.255.255.255"),
]


@pytest.mark.parametrize("address", DISGUISED)
def test_an_address_inside_is_refused_however_it_is_dressed(address: str) -> None:
    with pytest.raises(agent.Refusal, match="private network"):
        POLICY.check_address(address)


def test_an_address_outside_passes_through_a_translator_too() -> None:
    POLICY.check_address("64:ff9b::1.1.1.1")
    POLICY.check_address("2606:4700::1111")
