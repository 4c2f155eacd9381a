"""Which addresses are git's, what is taken out of them, and where they may lead."""

import socket

import pytest

from projects import errors
from projects.git import addresses
from projects.git.addresses import Address


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://git.example.com/a/b.git", Address("https://git.example.com/a/b.git")),
        ("  HTTPS://Git.Example.COM:443/a/b.git/ ", Address("https://git.example.com/a/b.git")),
        ("http://git.example.com:8080/a", Address("http://git.example.com:8080/a")),
        ("https://me:p%40ss@git.example.com/a", Address("https://git.example.com/a", "me", "p@ss")),
        ("https://token@git.example.com/a", Address("https://git.example.com/a", "token")),
        ("https://[2001:db8::1]:8443/a", Address("https://[2001:db8::1]:8443/a")),
    ],
)
def test_an_address_is_read_as_it_is_meant(written: str, read: Address):
    assert addresses.read(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "", "git@example.com:a/b.git", "ssh://git@example.com/a", "file:///etc", "/srv/git", "ext::sh -c id",
        "https://", "https:///a", "https://example.com", "https://example.com/", "https://example.com:x/a",
        "https://example.com:99999/a", "https://exa mple.com/a", "https://example.com/a\nb", "https://example.com/a?x=1",
        "https://example.com/a#b", "--upload-pack=id", "https://-oProxy/a", "https://exa$mple.com/a", "https://ä.de/a",
        "https://example.com/`id`", "https://example.com/" + "a" * 500, "https://[::1/a", "https://e\u202eample.com/a",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_repository_is_refused(written: str):
    with pytest.raises(errors.BadUrl):
        addresses.read(written)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[::1]", "[fd00::1]",
        "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "224.0.0.1", "localhost",
    ],
)  # fmt: skip
def test_an_address_inside_is_refused_unless_it_is_allowed(host: str, settings):
    settings.GIT_EXTRA_CIDRS = []
    with pytest.raises(errors.RemoteTrouble, match="private network") as refused:
        addresses.pin(f"http://{host}/a")
    assert refused.value.code == "policy_denied"


def test_numbers_that_mean_this_machine_in_old_ways_are_refused_too(settings):
    settings.GIT_EXTRA_CIDRS = []
    for host in ("2130706433", "0x7f.1", "127.1"):
        with pytest.raises(errors.RemoteTrouble):
            addresses.pin(f"http://{host}/a")


def test_the_operator_may_allow_a_network(settings):
    settings.GIT_EXTRA_CIDRS = ["127.0.0.0/8"]
    assert addresses.pin("http://127.0.0.1:8080/a") == "127.0.0.1:8080:127.0.0.1"
    with pytest.raises(errors.RemoteTrouble):
        addresses.pin("http://10.0.0.1/a")


def test_one_bad_address_among_good_ones_is_refused(settings, monkeypatch: pytest.MonkeyPatch):
    settings.GIT_EXTRA_CIDRS = []
    found = [(socket.AF_INET, 1, 6, "", (ip, 443)) for ip in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: found)
    with pytest.raises(errors.RemoteTrouble, match="private network"):
        addresses.pin("https://two-faced.example.com/a")
    del found[1]
    assert addresses.pin("https://two-faced.example.com/a") == "two-faced.example.com:443:93.184.216.34"


def test_a_name_that_leads_nowhere_is_worth_another_try():
    with pytest.raises(errors.RemoteTrouble, match="could not be found") as refused:
        addresses.pin("https://nowhere.invalid/a")
    assert refused.value.code == "provider_down"
