"""Keys of an installation: made once, private, the same for everyone."""

import threading
from pathlib import Path

from config import keys


def test_a_key_is_made_once_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "secret.key"
    first = keys.read_or_make(path)
    assert len(first) >= 50
    assert keys.read_or_make(path) == first


def test_two_keys_differ(tmp_path: Path) -> None:
    assert keys.read_or_make(tmp_path / "a") != keys.read_or_make(tmp_path / "b")


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "secret.key"
    keys.read_or_make(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["secret.key"]


def test_many_that_ask_at_once_get_the_same(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "secret.key"
    start = threading.Barrier(8)
    found: list[str] = []

    def ask() -> None:
        start.wait()
        found.append(keys.read_or_make(path))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
