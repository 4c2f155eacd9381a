"""What refuses to start says why in one sentence and ends with 3; it leaves nothing behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.disks import mounted
from tests.installation import Installation, installed

COMMANDS = [("up",), ("serve",), ("generate", "A garden"), ("doctor",)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A file, a folder that nobody may write, and a key that is none."""
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "empty-key" / "keys").mkdir(parents=True)
    (tmp_path / "empty-key" / "keys" / "secret.key").write_text("\n")
    (tmp_path / "torn-key" / "keys").mkdir(parents=True)
    (tmp_path / "torn-key" / "keys" / "secret.key").write_bytes(b"\xff\xfe\x00" * 30)
    with mounted(tmp_path / "read-only", megabytes=1, options="ro"):
        yield tmp_path


HOMES = {
    "a file": ("file", "must be a folder."),
    "below a file": ("file/home", "must be a folder."),
    "read-only": ("read-only", "must be a folder that the account running Djinn can read and write."),
    "below what is read-only": ("read-only/home", "must be a folder that can be made (Read-only file system)."),
    "with an empty key": ("empty-key", "secret.key holds no key. Put the key of your backup there"),
    "with a key of garbage": ("torn-key", "secret.key holds no key. Put the key of your backup there"),
}


@pytest.mark.parametrize(("name", "says"), HOMES.values(), ids=HOMES)
def test_a_home_that_cannot_be_one_is_refused(place: Path, name: str, says: str) -> None:
    with installed(place / name) as one:
        words = COMMANDS[len(name) % len(COMMANDS)]  # each place with one of the commands, each command somewhere
        _is_refused(one, *words, says=says)
    assert not (place / "read-only" / "home").exists()


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_says_so(place: Path, words: tuple[str, ...]) -> None:
    with installed(place / "file") as one:
        _is_refused(one, *words, says="must be a folder.")


ENVIRONMENTS: dict[str, tuple[dict[str, str], str]] = {
    "a port that is a word": ({"PORT": "eighty"}, "PORT is 'eighty'; it must be a whole number."),
    "a port beyond the last": ({"PORT": "65536"}, "PORT is '65536'; it must be between 1 and 65535."),
    "half of the scaled shape": ({"REDIS_URL": "redis://127.0.0.1:1"}, "REDIS_URL is set and DATABASE_URL is not"),
    "a database of another kind": ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL is 'mysql:…'"),
    "no database there": (
        {
            "DATABASE_URL": "postgres://djinn@127.0.0.1:1/djinn",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "DJINN_SECRET_KEY": "s" * 50,
            "DJINN_ENCRYPTION_KEY": "e" * 50,
        },
        "The database does not answer.",
    ),
}


@pytest.mark.parametrize(("environment", "says"), ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_surroundings_that_cannot_be_meant_are_refused(tmp_path: Path, environment: dict[str, str], says: str) -> None:
    with installed(tmp_path / "home", **environment) as one:
        _is_refused(one, "up", says=says)


def test_an_argument_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with installed(tmp_path / "home") as one:
        refused = one.manage("generate", "a\udcffb")
    assert (refused.returncode, refused.stderr) == (1, "An argument of this command is not text in UTF-8.\n")


def _is_refused(one: Installation, *words: str, says: str) -> None:
    refused = one.manage(*words)
    assert (refused.returncode, refused.stdout) == (3, "")
    *before, last = refused.stderr.strip().splitlines()
    assert says in last
    # The pool of connections says for itself whom it could not reach.
    assert [line for line in before if "pool" not in line and not line.startswith("\t")] == []
