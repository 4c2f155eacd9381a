"""What is sent while it is made: byte for byte, and not in more parts than it takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from projects.rest import downloads

pytestmark = pytest.mark.django_db(transaction=True)


def answered(pieces: Iterator[bytes]) -> Any:
    return downloads.answer(pieces, name="one.zip", media_type="application/zip")


def test_what_is_small_is_an_answer_like_any_other() -> None:
    answer = answered(iter([b"a", b"", b"b", b"c"]))
    assert (answer.content, answer.streaming) == (b"abc", False)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="one.zip"'
    assert answered(iter([])).content == b""


async def test_of_what_is_large_only_the_beginning_is_made_before_it_is_sent() -> None:
    large = b"x" * downloads.ENOUGH
    made = []

    def pieces() -> Iterator[bytes]:
        for piece in (large, b"y", large, b"z"):
            made.append(len(piece))
            yield piece

    answer = aiter(answered(pieces()))
    assert await anext(answer) == large
    assert made == [len(large)]
    assert await anext(answer) == b"y" + large
    assert [part async for part in answer] == [b"z"]


async def test_one_that_breaks_is_not_taken_for_whole() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x" * downloads.ENOUGH
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        assert [part async for part in answered(pieces())] == []


def test_one_that_breaks_at_once_is_told_like_any_failure() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"so far"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        answered(pieces())
