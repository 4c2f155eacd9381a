"""Places apart come and go beside each other, and what a killed process left goes with one that comes later."""

import os
import time

import pytest

from projects.git import quarantine, repository
from tests.threads import together


def test_a_place_vanishes_however_its_block_ends():
    with pytest.raises(ZeroDivisionError), quarantine.place() as folder:
        (folder / "file").touch()
        assert folder.parent == repository.root() / "incoming"
        raise ZeroDivisionError
    assert not folder.exists()


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_stays():
    with quarantine.place() as left, quarantine.place() as used:
        (left / "file").touch()
        then = time.time() - quarantine.STALE_SECONDS - 10
        os.utime(left, (then, then))
        with quarantine.place():
            assert (left.exists(), used.exists()) == (False, True)


def test_many_come_and_go_at_once():
    """One looks through the others while they vanish."""

    def come_and_go() -> None:
        for _ in range(200):
            with quarantine.place():
                pass

    together(*[come_and_go] * 4)
    assert list((repository.root() / "incoming").iterdir()) == []
