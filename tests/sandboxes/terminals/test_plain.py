"""What a terminal showed, as plain lines."""

import pytest

from sandboxes.terminals.plain import Plain


def read(*pieces: bytes) -> str:
    plain = Plain()
    return "".join(plain.feed(piece) for piece in pieces) + plain.end()


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"\x1b[1;31mred\x1b[0m and \x1b[38;2;1;2;3mmore\x1b[m\r\n", "red and more\n"),
        (b"\x1b]0;a title\x07$ ls\r\n", "$ ls\n"),
        (b"\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\\r\n", "click\n"),
        (b"\x1bPq#0;2;0;0;0\x1b\\after\r\n", "after\n"),
        (b"10%\r50%\r100%\r\n", "100%\n"),
        (b"long line\rshort\x1b[K\r\n", "short\n"),
        (b"ab\b \bc\r\n", "ac\n"),
        (b"abc\x1b[2Dx\x1b[P\r\n", "ax\n"),
        (b"bc\x1b[1Ga\x1b[@\r\n", "a c\n"),
        (b"abc\x1b[1K\x1b[2K\x1b[Gz\r\n", "z\n"),
        (b"a\tb\r\n", "a       b\n"),
        (b"\x1b[5Cfar\r\n", "     far\n"),
        (b"\x1b[2J\x1b[Hnew\r\n", "new\n"),
        (b"\x1b(B\x1b=\x1b>\x1b7\x1b8\x1bMplain\r\n", "plain\n"),
        ("grün ✓\r\n".encode(), "grün ✓\n"),
        (b"bell\x07 \x00\x9b31mx\xff\r\n", "bell \ufffd31mx\ufffd\n"),
        (b"no end", "no end"),
        (b"\x1b[99999999999999999999Cx\r\n", " x\n"),
    ],
    ids=range(19),
)
def test_sequences_are_taken_out_and_lines_edited(shown: bytes, text: str) -> None:
    assert read(shown) == text
    assert read(*(shown[at : at + 1] for at in range(len(shown)))) == text


def test_nothing_of_an_escape_is_ever_left() -> None:
    hostile = bytes(range(256)) * 3 + b"\x1b" * 50 + b"\x1b]" + b"x" * 10_000 + b"\x1b[" + b"1;" * 5000 + b"m\r\nend"
    text = read(*(hostile[at : at + 7] for at in range(0, len(hostile), 7)))
    assert text.endswith("end")
    assert not [sign for sign in text if sign < " " and sign != "\n"]


def test_a_line_without_an_end_is_bounded() -> None:
    plain = Plain()
    for _ in range(1000):
        assert plain.feed(b"x" * 1000 + b"\x1b[9999C\x1b[9999@") == ""
    assert len(plain.end()) <= 2000
    assert plain.feed(b"\r\nnext\r\n").endswith("\nnext\n")
