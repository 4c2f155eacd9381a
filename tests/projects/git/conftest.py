"""A git server of one's own on this machine, which pushes and imports may reach here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import git_server
from tests.fakes.git_server import GitServer


@pytest.fixture
def elsewhere(tmp_path: Path, settings) -> Iterator[GitServer]:
    settings.GIT_EXTRA_CIDRS = ["127.0.0.0/8"]
    with git_server.serving(tmp_path) as server:
        yield server
