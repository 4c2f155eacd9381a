"""requirements.txt as a list: lines that are understood are changed, all others stay."""

import pytest

from sandboxes.packages import pip
from sandboxes.packages.errors import Unusable
from sandboxes.packages.words import Declared, Wanted

ODD = (
    b"# what it needs\r\nFlask==3.1.0  # the frame\r\n-r more.txt\r\n-e .\r\nrich>=13 ; python_version < '4'\r\n"
    b"x @ https://evil.example/x.whl\r\nhashed==1 \\\r\n    --hash=sha256:aa\r\nuvicorn[standard]~=0.34"
)


def test_what_is_listed_is_read():
    assert pip.declared(ODD) == [
        Declared("Flask", "==3.1.0"),
        Declared("rich", ">=13"),
        Declared("hashed", "==1"),
        Declared("uvicorn", "~=0.34"),
    ]
    assert pip.others(ODD) == ["-r more.txt", "-e .", "x @ https://evil.example/x.whl"]


def test_a_package_comes_at_the_end_and_nothing_else_changes():
    assert pip.put(ODD, [Wanted("pyfiglet", "==1.0.4")]) == ODD + b"\r\npyfiglet==1.0.4\r\n"
    assert pip.put(b"", [Wanted("rich")]) == b"rich\n"


def test_a_version_is_changed_and_the_rest_of_its_line_stays():
    after = pip.put(ODD, [Wanted("flask", "==3.1.3"), Wanted("rich", "==14.0"), Wanted("uvicorn", "==0.35")])
    assert b"Flask==3.1.3  # the frame\r\n" in after
    assert b"rich==14.0 ; python_version < '4'\r\n" in after
    assert after.endswith(b"uvicorn[standard]==0.35\r\n")
    assert pip.put(ODD, [Wanted("flask")]) == ODD


def test_a_package_goes_with_all_its_lines():
    assert pip.without(ODD, ["hashed", "FLASK"]) == (
        b"# what it needs\r\n-r more.txt\r\n-e .\r\nrich>=13 ; python_version < '4'\r\n"
        b"x @ https://evil.example/x.whl\r\nuvicorn[standard]~=0.34"
    )


def test_however_it_is_spelt_it_is_the_same():
    assert pip.put(b"Flask_Login==0.6\n", [Wanted("flask.login", "==0.7")]) == b"Flask_Login==0.7\n"
    assert pip.without(b"Flask_Login==0.6\n", ["flask-login"]) == b""


def test_a_mark_at_the_beginning_stays():
    assert pip.put(b"\xef\xbb\xbfflask\n", [Wanted("rich")]) == b"\xef\xbb\xbfflask\nrich\n"


@pytest.mark.parametrize(
    ("content", "says"), [(b"\xff\xfef\x00", "not text in UTF-8"), (b"x" * (pip.MOST_BYTES + 1), "too large")]
)
def test_what_cannot_be_read_is_said(content: bytes, says: str):
    with pytest.raises(Unusable, match=says):
        pip.declared(content)


def test_lines_without_end_are_read_in_good_time():
    """Each of these would take minutes to years if it took longer than it is."""
    full = pip.MOST_BYTES - 10
    for line in (b"a" * full, b"a" + b" " * full + b"x", b"a=" + b" " * full + b"@", b"a[" * (full // 2)):
        assert pip.declared(line) == []
    many = b"\n".join(b"a==" + b" 1" * 1900 for _ in range(250))
    assert [one.name for one in pip.declared(many)] == ["a"]
    assert pip.others(b"\\\n" * 100_000 + b"=") == ["\\\n" * 100]
