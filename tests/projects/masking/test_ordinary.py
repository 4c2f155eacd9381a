"""Words, numbers and names are told from what somebody made up to be secret."""

import random
import string

import pytest

from projects.masking import is_ordinary


def words(text: str) -> list[str]:
    return text.split()


ORDINARY = words("""
production development staging Production TESTING enabled verbose localhost username password postgres redis warning
administrator my-app us-east-1 eu-west-2 night-garden service_account debug.log localhost:5432 db.example.org
info@example.org http://localhost:8000/ https://accounts.example.com/o/oauth2/auth postgres://localhost/app
redis://localhost:6379/0 en_US.UTF-8 Europe/Berlin 2026-11-28 123456 5432 86400000 -12.5 aaaaaaaa ******** ababab
./data/files /var/lib/app v1.22.3 image/png changeme letmein
""")
MADE_UP = words("""
sk_live_Qm7Zt2Vw9Xb4Kc6 x9Kwq27bb tr0ub4dor&3 hunter2hunter2 AKQZ7PLWX3RTNV5MBHDC 0a1b2c3d4e5f6071
postgres://app:x9Kwq27bb@db/app https://hooks.example.com/services/T0A1B2C3/xKq9w2LmZ7pQ qxtzkwpjmvrbnclg
9f86d081884c7d65 correct-horse-battery-staple Mz4kQ2pLx8.GvWq1e.zR7
""")


@pytest.mark.parametrize("value", ORDINARY)
def test_what_anybody_would_write_is_ordinary(value: str) -> None:
    assert is_ordinary(value)
    assert is_ordinary(f" {value}\n")


@pytest.mark.parametrize("value", [*MADE_UP, "correct horse", "a sentence of words", "pässwort", "-----BEGIN-----\nab"])
def test_what_was_made_up_is_not(value: str) -> None:
    assert not is_ordinary(value)


@pytest.mark.parametrize(
    ("letters", "length", "most"),
    [
        (string.ascii_lowercase, 8, 60),
        (string.ascii_lowercase, 12, 10),
        (string.ascii_lowercase, 16, 2),
        (string.ascii_letters + string.digits, 8, 10),
        (string.ascii_letters + string.digits, 12, 0),
        (string.hexdigits, 16, 0),
        (string.ascii_letters + string.digits + "-_", 16, 0),
    ],
)
def test_what_was_drawn_at_random_is_hardly_ever(letters: str, length: int, most: int) -> None:
    draw = random.Random(length)
    drawn = ["".join(draw.choices(letters, k=length)) for _ in range(2000)]
    assert sum(map(is_ordinary, drawn)) <= most
