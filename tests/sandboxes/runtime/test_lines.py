"""Bytes as lines."""

from projects.masking import Masker
from sandboxes.runtime.lines import Lines

NOTHING = Masker([])


def test_lines_come_whole_however_they_are_cut() -> None:
    lines = Lines(NOTHING)
    lines.add("eins\nzwö".encode()[:-1])
    assert lines.take() == ["eins"]
    lines.add("zwö".encode()[-1:] + b"lf\r\ndrei")
    assert lines.take() == ["zwölf"]
    assert lines.tail() == "eins\nzwölf\ndrei"


def test_the_tail_is_bounded() -> None:
    lines = Lines(NOTHING)
    for number in range(1000):
        lines.add(f"line {number}\n".encode())
    tail = lines.tail()
    assert tail.endswith("line 999")
    assert tail.count("\n") == 199


def test_a_line_without_end_is_cut() -> None:
    lines = Lines(NOTHING)
    lines.add(b"x" * 5000)
    assert [len(line) for line in lines.take()] == [2000]


def test_bytes_that_are_no_text_are_shown_anyhow() -> None:
    lines = Lines(NOTHING)
    lines.add(b"\xff\n")
    assert lines.take() == ["\ufffd"]


def test_a_secret_over_two_pieces_and_over_the_cut_of_a_line_is_masked() -> None:
    lines = Lines(Masker([("KEY", "correct horse battery")]))
    lines.add(b"x" * 1990 + b"correct ho")
    assert lines.take() == []
    lines.add(b"rse battery staple\ncorrect horse ba")
    assert lines.take() == ["x" * 1990 + "[secret KE"]
    assert lines.tail().endswith("[secret KEY]")
