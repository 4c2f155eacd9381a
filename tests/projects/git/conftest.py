"""A git server elsewhere that pushes and imports may reach, and our own site with git clients at it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from projects.models import User
from tests import people as people_of_tests
from tests.fakes import git_server
from tests.fakes.git_server import GitServer
from tests.people import People
from tests.projects.git import served
from tests.projects.git.served import Clone

Cloned = Callable[..., Clone]


@pytest.fixture
def elsewhere(tmp_path: Path, settings) -> Iterator[GitServer]:
    settings.GIT_EXTRA_CIDRS = ["127.0.0.0/8"]
    with git_server.serving(tmp_path) as server:
        yield server


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    with served.served() as address:
        yield address


@pytest.fixture
def cloned(site: str, people: People, tmp_path: Path) -> Cloned:
    """`cloned(user, *words)`: a fresh clone of theirs."""

    def clone(user: User | None = None, *words: str) -> Clone:
        there = served.address(site, people.project, user or people.editor)
        folder = tmp_path / f"clone-{len(list(tmp_path.iterdir()))}"
        Clone(tmp_path, there).git("clone", "-q", *words, there, str(folder))
        return Clone(folder, there)

    return clone
