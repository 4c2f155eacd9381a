"""Large contents in pieces: what goes in comes out, the same is kept once, and nothing is held whole."""

import hashlib
from collections.abc import Iterator

import pytest

from projects import errors
from projects.models import Blob
from projects.services import contents
from projects.services.contents import PIECE, Kept

pytestmark = pytest.mark.django_db
LONG = hashlib.shake_128(b"long").digest(2 * PIECE + 5)


def keep(*parts: bytes) -> Kept:
    return [Kept(), *contents.keep(parts)][-1]


@pytest.mark.parametrize("cut", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_however_it_comes_it_is_cut_alike_and_comes_back(cut: int) -> None:
    kept = keep(LONG[:cut], LONG[cut:])
    assert (kept.size, kept.sha256) == (len(LONG), hashlib.sha256(LONG).hexdigest())
    assert Blob.objects.count() == len(kept.pieces) == 3
    assert b"".join(contents.read(kept.pieces)) == LONG


def test_nothing_is_no_piece() -> None:
    assert keep() == keep(b"", b"") == Kept([], 0, hashlib.sha256().hexdigest())


def test_a_stretch_that_is_there_already_is_kept_once() -> None:
    assert len(set(keep(b"a" * 3 * PIECE).pieces)) == 1
    keep(b"a" * PIECE, b"b")
    assert Blob.objects.count() == 2


def test_its_caller_may_stop_between_two_pieces() -> None:
    """What comes is taken no further than the piece that was given."""
    taken = list[int]()

    def parts() -> Iterator[bytes]:
        for number in range(5):
            taken.append(number)
            yield bytes([number]) * PIECE

    assert next(contents.keep(parts())).size == PIECE
    assert taken == [0]


def test_a_piece_that_is_gone_or_was_changed_is_told() -> None:
    kept = keep(b"one")
    Blob.objects.update(content=b"something else")
    with pytest.raises(errors.Corrupt):
        list(contents.read(kept.pieces))
    Blob.objects.all().delete()
    with pytest.raises(errors.Corrupt):
        list(contents.read(kept.pieces))
