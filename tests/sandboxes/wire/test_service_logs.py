"""What is read of a log begins and ends anywhere, and never in a secret."""

import pytest

from projects.masking import Masker
from sandboxes.wire.service_logs import Written, newest, window

SECRET = "k7Qzr-0041-unlike-others"
MASKER = Masker([("KEY", SECRET)])
MOST = 1000
DATA = f"begin {SECRET} end\nmore\n".encode()


def read(since: int, data: bytes = DATA, first: int = 0, most: int = MOST) -> Written:
    return window(data, first, since, MASKER, most=most)


def test_a_secret_is_masked_wherever_one_begins_to_read() -> None:
    assert read(0) == Written(0, len(DATA), "begin [secret KEY] end\nmore\n")
    for since in range(len(DATA) + 1):
        said = read(since).text
        assert not any(SECRET[at : at + 6] in said for at in range(len(SECRET) - 5)), since
        assert said.endswith(" end\nmore\n"[-len(DATA) + since :]) or since > 30


def test_reading_on_gives_all_of_it_once() -> None:
    for most in range(1, len(DATA) + 1):
        said, at = "", 0
        for _ in range(len(DATA) + 1):
            piece = read(at, most=most)
            said, at = said + piece.text, piece.next
            if at == len(DATA):
                break
            if not piece.text and piece.next == piece.since:
                most = MOST  # a secret is longer than what may be read at once  # noqa: PLW2901
        assert said == "begin [secret KEY] end\nmore\n"


def test_what_may_become_a_secret_waits() -> None:
    begun = DATA + SECRET[:10].encode()
    assert read(len(DATA), begun) == Written(len(DATA), len(DATA), "")
    whole = read(len(DATA), begun + SECRET[10:].encode() + b"\n")
    assert whole.text == "[secret KEY]\n"


def test_places_count_all_that_was_ever_written() -> None:
    assert read(0, b"late\n", first=700) == Written(700, 705, "late\n")
    assert read(702, b"late\n", first=700) == Written(702, 705, "te\n")
    assert read(9000, b"late\n", first=700) == Written(705, 705, "")


@pytest.mark.parametrize("most", range(1, 9))
def test_a_letter_is_never_cut(most: int) -> None:
    data, said, at = "aéü€b".encode(), "", 0
    while at < len(data):
        piece = read(at, data, most=max(most, 3))
        said, at = said + piece.text, piece.next
    assert said == "aéü€b"


@pytest.mark.parametrize(
    ("most", "told"), [(99, "one\ntwo\nthree\n"), (10, "two\nthree\n"), (9, "three\n"), (4, "ree\n")]
)
def test_the_newest_are_whole_lines_where_they_fit(most: int, told: str) -> None:
    data = b"one\ntwo\nthree\n"
    assert data[newest(data, most) :].decode() == told
