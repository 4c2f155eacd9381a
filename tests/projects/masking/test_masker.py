"""Secrets are taken out of what programs say, however they write them and however it is cut."""

import base64
import html
import json
import random
import re
import shlex
import string
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.masking import Masker, Stream

SECRET = "p@ss/w+rd \"quoted\" & 'düster' <x>\\n"
SIGN = "[secret KEY]"

WAYS: dict[str, Callable[[str], str]] = {
    "as it is": lambda value: value,
    "in JSON": json.dumps,
    "in JSON within JSON": lambda value: json.dumps(json.dumps({"key": value})),
    "in JSON as browsers write it": lambda value: json.dumps(value, ensure_ascii=False),
    "in JSON as PHP writes it": lambda value: json.dumps(value).replace("/", r"\/"),
    "as Python shows it": repr,
    "for a shell": shlex.quote,
    "in an address": lambda value: f"https://x.example/?k={quote(value, safe='')}",
    "in an address in small letters": lambda value: re.sub(
        "%..", lambda found: found[0].lower(), quote(value, safe="")
    ),
    "in a path": quote,
    "in a form": quote_plus,
    "as encodeURIComponent writes it": lambda value: quote(value, safe="!'()*~"),
    "in HTML": html.escape,
    "in HTML as templates write it": lambda value: (
        html.escape(value).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    ),
    "in hex": lambda value: value.encode().hex(),
    "in base64": lambda value: base64.b64encode(value.encode()).decode(),
    "in base64 for addresses": lambda value: base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
    "in a header": lambda value: base64.b64encode(f"user:{value}".encode()).decode(),
    "deep in a header": lambda value: base64.b64encode(f"a user:{value}, and more".encode()).decode(),
}


@pytest.mark.parametrize("way", WAYS)
def test_it_is_found_in_every_way_of_writing_it(way: str) -> None:
    masker = Masker([("KEY", SECRET)])
    written = WAYS[way](SECRET)
    masked = masker.text(f"before {written} after")
    assert SIGN in masked, masked
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert masker.data(f"before {written} after".encode()).decode() == masked
    assert "quoted" not in masked


def test_what_holds_no_secret_stays_as_it_is() -> None:
    text = "nothing to see here, p@ss or otherwise"
    assert Masker([("KEY", SECRET)]).text(text) is text
    assert Masker([]).text(text) is text


def test_each_line_of_a_long_key_is_one() -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + "\n".join("MIIE" + c * 60 for c in "abc") + "\n-----END PRIVATE KEY-----\n"
    masker = Masker([("KEY", key)])
    assert masker.text(f"  {key.splitlines()[2]}\r") == f"  {SIGN}\r"
    assert masker.text(key) == SIGN
    assert masker.text(json.dumps(key)) == f'"{SIGN}"'


def test_a_long_value_is_found_whole_and_in_parts() -> None:
    value = "".join(random.Random(7).choices(string.ascii_letters, k=5000))
    masker = Masker([("KEY", value)])
    assert masker.text(f"<{value}>") == f"<{SIGN}>"
    assert value[256:384] not in masker.text(value[200:900])
    assert masker.plain.longest < 300


def test_of_two_that_share_letters_no_end_is_left() -> None:
    masker = Masker([("ONE", "abcdefgh"), ("TWO", "efghijkl")])
    assert masker.text("abcdefghijkl!") == "[secret ONE]!"
    assert Masker([("ONE", "abcdef"), ("TWO", "abcdefghij")]).text("abcdefghij") == "[secret TWO]"


def test_short_values_would_be_found_everywhere_and_are_not_looked_for() -> None:
    assert not Masker([("DEBUG", "true"), ("EMPTY", ""), ("SPACES", "  a   ")])


def test_it_goes_through_what_holds_texts() -> None:
    masker = Masker([("KEY", "correct horse")])
    told = {"a": ["correct horse", 1, None, ("x correct horse",)], "correct horse": True}
    assert masker.value(told) == {"a": [SIGN, 1, None, (f"x {SIGN}",)], SIGN: True}


# --- in pieces ---------------------------------------------------------------------------------


def streamed(masker: Masker, pieces: list[bytes]) -> bytes:
    stream = Stream(masker)
    return b"".join([*(stream.feed(piece) for piece in pieces), stream.end()])


@given(st.data())
def test_pieces_give_what_the_whole_gives(data: st.DataObject) -> None:
    letters = st.text("ab", min_size=6, max_size=9)
    masker = Masker([("ONE", data.draw(letters)), ("TWO", data.draw(letters))])
    whole = data.draw(st.text("ab.", max_size=80)).encode() + b"."
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert streamed(masker, pieces) == masker.data(whole)


def test_letter_by_letter_nothing_slips_through() -> None:
    masker = Masker([("KEY", SECRET)])
    for way, write in WAYS.items():
        written = f"before {write(SECRET)} after\n".encode()
        assert streamed(masker, [written[at : at + 1] for at in range(len(written))]) == masker.data(written), way


def test_what_cannot_be_a_secret_is_passed_on_at_once() -> None:
    stream = Stream(Masker([("KEY", "correct horse")]))
    assert stream.feed(b"ready in 5 ms\n") == b"ready in 5 ms\n"
    assert stream.feed(b"it is correct") == b"it is "
    assert stream.feed(b" so far\n") == b"correct so far\n"


def test_a_secret_that_breaks_off_is_not_told_as_far_as_it_came() -> None:
    masker = Masker([("KEY", "correct horse")])
    assert streamed(masker, [b"it is correct ho"]) == b"it is [secret KEY]"
    assert streamed(masker, [b"it is cor"]) == b"it is cor"


def test_little_is_kept_back_and_much_is_read_quickly() -> None:
    masker = Masker([(f"KEY{n}", "".join(random.Random(n).choices(string.ascii_letters, k=40))) for n in range(20)])
    stream = Stream(masker)
    piece = b"a line of a log, as they are\n" * 2000
    for _ in range(20):
        stream.feed(piece)
    assert len(stream._held) < 300
