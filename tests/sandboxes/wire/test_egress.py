"""Who may be reached, decided by name, by port and by each address the name leads to."""

import pytest

from sandboxes.agent import agent
from sandboxes.wire import egress

POLICY = egress.EgressPolicy(frozenset({"files.example"}), extra_cidrs=("203.0.113.0/24", "fd12::/16"))


def test_a_host_on_the_list_passes() -> None:
    POLICY.check_name("files.example", 443)


@pytest.mark.parametrize(
    "host", ["example", "files.example.", "FILES.example", "a.files.example", "files.example@x", "", "127.0.0.1"]
)
def test_any_other_spelling_is_refused(host: str) -> None:
    with pytest.raises(agent.Refusal, match="is not on the list of hosts"):
        POLICY.check_name(host, 443)


@pytest.mark.parametrize("port", [80, 22, 0, 8443])
def test_any_other_port_is_refused(port: int) -> None:
    with pytest.raises(agent.Refusal, match="is not HTTPS"):
        POLICY.check_name("files.example", port)


@pytest.mark.parametrize("address", ["1.1.1.1", "203.0.113.80", "2606:4700::1111", "fd12::1", "::ffff:1.1.1.1"])
def test_a_global_address_or_one_of_ours_passes(address: str) -> None:
    POLICY.check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd13::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "198.51.100.1",
    ],
)
def test_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(agent.Refusal, match="inside a private network"):
        POLICY.check_address(address)


def test_what_is_refused_is_shown_without_its_tricks() -> None:
    with pytest.raises(agent.Refusal, match=r"^bad\?\?host is not on the list"):
        POLICY.check_name("bad\r\nhost", 443)


def test_each_policy_counts_its_own_bytes() -> None:
    first, second = (egress.EgressPolicy(frozenset(), max_bytes=10) for _ in range(2))
    first.spend(10)
    with pytest.raises(agent.Refusal, match="as much as it may"):
        first.spend(1)
    second.spend(10)
