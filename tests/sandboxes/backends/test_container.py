"""What an engine says of itself, and what boxes are given for it."""

import pytest

from sandboxes.backends import base, container, engine

PLAIN = container.Abilities("28.2.2", frozenset({"runc"}), ("name=seccomp,profile=default",))


def test_a_kernel_of_its_own_is_taken_where_the_engine_has_one() -> None:
    able = container.Abilities("28.2.2", frozenset({"runc", "runsc"}), ("name=seccomp",))
    assert (PLAIN.isolation, able.isolation) == ("container", "container-gvisor")
    assert container.host_options(base.Spec("x"), PLAIN)["runtime"] is None
    assert container.host_options(base.Spec("x"), able)["runtime"] == "runsc"


def test_what_an_engine_cannot_promise_is_said() -> None:
    assert PLAIN.reasons == ()
    assert "version 25 refuses them" in container.Abilities("20.10.24", security=("name=seccomp",)).reasons[0]
    assert container.Abilities("28.2.2").reasons == ("This engine does not filter system calls.",)
    assert container.Abilities("unknown", security=("name=seccomp",)).reasons


def test_users_fit_into_the_engines_own_namespace() -> None:
    few = container.Abilities("28", security=("name=userns",))
    users = {container.user_of(f"box-{n}", few) for n in range(200)}
    assert min(users) >= 20_000
    assert max(users) < 60_000
    assert container.user_of("box", PLAIN) >= 1 << 30


def test_swapping_is_forbidden_only_where_that_can_be_said() -> None:
    old = container.Abilities("20", cgroup="1")
    assert container.host_options(base.Spec("x"), old)["mem_swappiness"] == 0
    assert "mem_swappiness" not in container.host_options(base.Spec("x"), PLAIN)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("", "http+unix:///var/run/docker.sock"),
        ("unix:///run/user/1000/docker.sock", "http+unix:///run/user/1000/docker.sock"),
        ("tcp://engine.example:2376", "http://engine.example:2376"),
    ],
)
def test_an_address_is_read_as_docker_reads_it(host: str, url: str) -> None:
    assert engine.Address(host).url == url


def test_certificates_make_it_encrypted(tmp_path) -> None:
    address = engine.Address("tcp://engine.example:2376", tls_verify=True, certificates=str(tmp_path))
    assert address.url == "https://engine.example:2376"
    assert engine.Address("tcp://engine.example:2376").tls() is None
    assert engine.Address("tcp://engine.example:2376").context() is None
    with pytest.raises(OSError):
        address.context()
