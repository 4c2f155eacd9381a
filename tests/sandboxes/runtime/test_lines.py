"""Bytes as lines."""

from sandboxes.runtime.lines import Lines


def test_lines_come_whole_however_they_are_cut() -> None:
    lines = Lines()
    lines.add("eins\nzwö".encode()[:-1])
    assert lines.take() == ["eins"]
    lines.add("zwö".encode()[-1:] + b"lf\r\ndrei")
    assert lines.take() == ["zwölf"]
    assert lines.tail() == "eins\nzwölf\ndrei"


def test_the_tail_is_bounded() -> None:
    lines = Lines()
    for number in range(1000):
        lines.add(f"line {number}\n".encode())
    tail = lines.tail()
    assert tail.endswith("line 999")
    assert tail.count("\n") == 199


def test_a_line_without_end_is_cut() -> None:
    lines = Lines()
    lines.add(b"x" * 5000)
    assert [len(line) for line in lines.take()] == [2000]


def test_bytes_that_are_no_text_are_shown_anyhow() -> None:
    lines = Lines()
    lines.add(b"\xff\n")
    assert lines.take() == ["\ufffd"]
