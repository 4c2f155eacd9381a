"""One installation for all attacks that leave it standing."""

from collections.abc import Iterator

import pytest

from tests.config.conftest import bare_log, bare_server, free_port
from tests.installation import Installation, installed
from tests.sandboxes.conftest import alice, make_app

__all__ = ["alice", "bare_log", "bare_server", "free_port", "make_app"]


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Without boxes: what is attacked here is the web process."""
    home = tmp_path_factory.mktemp("attacked") / "home"
    with installed(home, DJINN_DEMO_PACE="0", SANDBOX_BACKEND="none") as one:
        one.up()
        yield one


@pytest.fixture(scope="package")
def project(installation: Installation) -> str:
    """The address of a project that is built already."""
    address = installation.send_wish("A portfolio for a photographer")
    installation.completed()
    return address
