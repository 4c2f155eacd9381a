"""Commits as others wrote them."""

import pytest

from projects.git import objects

RAW = b"tree %s\nauthor %s <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\nencoding %s\n\n%s\n"


@pytest.mark.parametrize(
    ("charset", "written", "read"),
    [
        ("ISO-8859-1", b"\xe9", "é"),
        ("windows-1251", b"\xff", "я"),
        ("koi8-r", b"\xd1", "я"),
        ("Shift_JIS", b"\x82\xa0", "あ"),
        ("utf8", "é".encode(), "é"),
        # Those that nobody knows are read as git itself would write.
        ("iso-8859-12", "é".encode(), "é"),
        ("cp-1251", "é".encode(), "é"),
        ("windows-1259", "é".encode(), "é"),
        ("rot13", b"a", "a"),
        ("base64", b"YQ==", "YQ=="),
    ],
)
def test_a_commit_is_read_in_the_charset_it_names_if_there_is_one(charset: str, written: bytes, read: str):
    commit = objects.read_commit(RAW % (b"a" * 40, written, charset.encode(), written))
    assert (commit.author_line, commit.message) == (f"{read} <a@b>", f"{read}\n")
