"""Secrets are found where programs wrap them or set their bytes apart, in one piece and in many."""

import base64
import json
import random
import re
import shutil
import string
import subprocess
import textwrap
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.masking import Masker, Stream

SECRET = "sk_live_" + "".join(random.Random(5).choices(string.ascii_letters + string.digits, k=32)) + "/+x"
LONG = "".join(random.Random(6).choices(string.ascii_letters + string.digits, k=700))


def node_buffer(data: bytes) -> str:
    shown = f"<Buffer {data[:50].hex(' ')}"
    return f"{shown} ... {len(data) - 50} more bytes>" if len(data) > 50 else f"{shown}>"


def xxd(data: bytes) -> str:
    rows = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        groups = " ".join(row[n : n + 2].hex() for n in range(0, len(row), 2))
        rows.append(f"{at:08x}: {groups:<39}  {letters(row)}\n")
    return "".join(rows)


def hexdump(data: bytes) -> str:
    rows = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        rows.append(f"{at:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  |{letters(row)}|\n")
    return "".join([*rows, f"{len(data):08x}\n"])


def letters(row: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)


def wrapped(data: bytes, width: int, end: str = "\n") -> str:
    return end.join(textwrap.wrap(base64.b64encode(data).decode(), width)) + end


WAYS: dict[str, Callable[[bytes], str]] = {
    "base64": lambda data: wrapped(data, 76),
    "PEM": lambda data: f"-----BEGIN THING-----\n{wrapped(data, 64)}-----END THING-----\n",
    "mail": lambda data: wrapped(data, 76, "\r\n"),
    "indented": lambda data: "key: |\n" + textwrap.indent(wrapped(data, 64), "    "),
    "wrapped in JSON": lambda data: json.dumps(wrapped(data, 64)),
    "wrapped in JSON within JSON": lambda data: json.dumps(json.dumps(wrapped(data, 64))),
    "a buffer of Node": node_buffer,
    "hex with colons": lambda data: data.hex(":"),
    "HEX WITH SPACES": lambda data: data.hex(" ").upper(),
    "an array of C": lambda data: ", ".join(f"0x{byte:02x}" for byte in data),
    "escapes": lambda data: "".join(f"\\x{byte:02x}" for byte in data),
    "xxd -p": lambda data: "\n".join(textwrap.wrap(data.hex(), 60)) + "\n",
    "xxd": xxd,
    "hexdump -C": hexdump,
}


def streamed(masker: Masker, pieces: Iterable[bytes]) -> bytes:
    stream = Stream(masker)
    return b"".join([*(stream.feed(piece) for piece in pieces), stream.end()])


def tells(masked: str, secret: str, least: int = 6) -> bool:
    """Whether so much of it can be read: as it is, or by who takes lines together and decodes them."""
    together = re.sub(r"\\+n|\\|\s", "", masked)
    digits = re.sub(r"\\x|0x|[\s:,]", "", masked.lower())
    runs = re.findall(r"[A-Za-z0-9+/]{8,}", together)
    decoded = [base64.b64decode(run[at : at + (len(run) - at) // 4 * 4]) for run in runs for at in range(4)]
    pieces = [secret[at : at + least].encode() for at in range(len(secret) - least + 1)]
    said = [masked.encode(), *decoded, digits.encode()]
    return any(piece in each or piece.hex().encode() in each for piece in pieces for each in said)


@pytest.mark.parametrize("before", range(20))
@pytest.mark.parametrize("way", WAYS)
def test_it_is_found_wherever_the_lines_break(way: str, before: int) -> None:
    data = b"#" * before + SECRET.encode() + b"\n"
    written = f"before\n{WAYS[way](data)}\nafter\n"
    assert tells(written, SECRET), "or this test would be blind"
    masked = Masker([("KEY", SECRET)]).text(written)
    assert "[secret KEY]" in masked
    assert not tells(masked, SECRET), masked
    assert masked.startswith("before\n")
    assert masked.endswith("\nafter\n")


@pytest.mark.parametrize("before", [0, 5, 33, 90])
@pytest.mark.parametrize("way", WAYS)
def test_a_long_one_too(way: str, before: int) -> None:
    masked = Masker([("KEY", LONG)]).text(f"{WAYS[way](b'#' * before + LONG.encode())}\n.")
    assert "[secret KEY]" in masked or (way, before) == ("a buffer of Node", 90)  # none of it is shown there
    assert not tells(masked, LONG, least=20), masked


@pytest.mark.parametrize("way", WAYS)
def test_cut_at_each_place_it_is_what_it_is_whole(way: str) -> None:
    masker = Masker([("KEY", SECRET)])
    whole = f"a line\n{WAYS[way](b'user: ' + SECRET.encode() + b' and more, as it goes on')}\nready.\n".encode()
    expected = masker.data(whole)
    assert b"[secret KEY]" in expected
    for at in range(len(whole)):
        assert streamed(masker, [whole[:at], whole[at:]]) == expected, whole[:at]
    assert streamed(masker, [whole[at : at + 1] for at in range(len(whole))]) == expected


@given(
    secret=st.text(string.ascii_letters + string.digits + "/+_é", min_size=6, max_size=90),
    before=st.binary(max_size=40),
    ways=st.lists(st.sampled_from(sorted(WAYS)), min_size=1, max_size=3),
    cuts=st.lists(st.integers(0, 3000), max_size=12),
)
def test_cut_anywhere_anything_is_what_it_is_whole(
    secret: str, before: bytes, ways: list[str], cuts: list[int]
) -> None:
    masker = Masker([("KEY", secret), ("OTHER", "another one altogether")])
    whole = "\n".join(WAYS[way](before + secret.encode() + b"\n") for way in ways).encode() + b"\n.\n"
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    assert streamed(masker, [whole[a:b] for a, b in pairwise(places)]) == masker.data(whole)


@given(whole=st.text("7361b0: |.\nxX\\", max_size=300), cuts=st.lists(st.integers(0, 300), max_size=8))
def test_what_only_looks_like_it_is_cut_anywhere_too(whole: str, cuts: list[int]) -> None:
    masker = Masker([("KEY", "sasasas"), ("OTHER", "\x1a7a\x1a7a")])
    data = whole.encode() + b"\n.\n"
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    assert streamed(masker, [data[a:b] for a, b in pairwise(places)]) == masker.data(data)


@pytest.mark.parametrize("way", WAYS)
def test_one_that_breaks_off_is_not_told_as_far_as_it_came(way: str) -> None:
    masker = Masker([("KEY", SECRET)])
    whole = WAYS[way](SECRET.encode()).encode()
    for end in range(0, len(whole), 3):
        assert not tells(streamed(masker, [whole[:end]]).decode(), SECRET, least=9), whole[:end]


def test_what_the_programs_themselves_write_is_found(tmp_path) -> None:
    """Ours above are written by hand; where the real ones are there, they agree."""
    path = tmp_path / "key"
    path.write_text(f"PASSWORD={SECRET}\n")
    masker = Masker([("KEY", SECRET)])
    programs = [
        ["base64"],
        ["base64", "-w64"],
        ["od", "-A", "x", "-t", "x1z"],
        ["xxd"],
        ["xxd", "-g1"],
        ["hexdump", "-C"],
    ]
    there = [argv for argv in programs if shutil.which(argv[0])]
    assert ["base64"] in there
    for argv in there:
        written = subprocess.run([*argv, path], capture_output=True, text=True, check=True).stdout
        masked = masker.text(written)
        assert "[secret KEY]" in masked, written
        assert not tells(masked, SECRET), masked


@pytest.mark.parametrize("before", range(3))
def test_slashes_of_base64_may_be_escaped(before: int) -> None:
    value = "key?~?~?~?~?~?~key"
    written = json.dumps(wrapped(b"#" * before + value.encode(), 64)).replace("/", r"\/")
    assert r"\/" in written
    masked = Masker([("KEY", value)]).text(written)
    assert "[secret KEY]" in masked
    assert "\\/" not in masked


# --- and nothing else --------------------------------------------------------------------------

ORDINARY = [
    "00000000: 6e6f 7468 696e 6720 746f 2073 6565 2068  nothing to see h\n00000010: 6572 650a            ere.\n",
    "<Buffer 6e 6f 74 68 69 6e 67>",
    "2026-11-28 17:46:39,123 [INFO] 10.0.0.1:8000 12, 13, 14, 15, 16, 17",
    "commit abcdef12 73 files changed\nabcdef12: 73",
    "\n\n\n" * 50,
]


@pytest.mark.parametrize("text", ORDINARY)
def test_what_holds_none_stays(text: str) -> None:
    masker = Masker([("KEY", SECRET), ("LONG", LONG)])
    assert masker.text(text) is text
    assert streamed(masker, [letter.encode() for letter in text]) == text.encode()


def test_what_is_kept_back_has_a_bound_and_lines_are_passed_on() -> None:
    stream = Stream(Masker([("KEY", SECRET), ("LONG", LONG)]))
    assert stream.feed(b"Listening on port 3000 73\n") == b"Listening on port 3000 73\n"
    encoded = base64.b64encode(SECRET.encode())
    assert stream.feed(encoded[:3] + b"\n") == encoded[:3] + b"\n"
    for filler in (b"\n", b" ", b"00000000: ", encoded[:9] + b"\n\n", b"0000000: 73 6b 5f\n", b"\\", b"0x"):
        for _ in range(200):
            stream.feed(filler * 50)
        assert len(stream._held) < 8192, filler


@pytest.mark.parametrize("value", ["xyxzxyxzxyxz", "xyxz" * 60])
def test_one_that_goes_on_for_ever_is_named_once_and_kept_back_no_longer(value: str) -> None:
    masker = Masker([("KEY", value)])
    whole = b"it is " + b"xyxz" * 3000 + b"; and no more\n"
    stream, said = Stream(masker), b""
    for at in range(0, len(whole), 300):
        said += stream.feed(whole[at : at + 300])
        assert len(stream._held) < 9000
    assert said + stream.end() == masker.data(whole) == b"it is [secret KEY]; and no more\n"


def test_many_are_looked_for_as_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are many forms each place is looked at once; it finds the same."""
    values = [(f"KEY{n}", "".join(random.Random(n).choices(string.ascii_letters, k=n + 7))) for n in range(40)]
    text = "".join(f"{n}: {value} {value[:9]} {WAYS['xxd'](value.encode())}" for n, (_, value) in enumerate(values))
    many = Masker(values)
    assert len(many.plain.names) < len(many.base64.forms.names)
    found = many.text(text)
    for most in (0, 10_000):
        monkeypatch.setattr("projects.masking.looking._MANY", most)
        assert Masker(values).text(text) == found


@pytest.mark.parametrize(
    "data",
    [
        b"\\" * 64_000,
        b"000000: 00  " * 5_500 + b"\x01",
        b"000000 00 |" * 6_000 + b"\x01",
        json.dumps(json.dumps(json.dumps(json.dumps("\\" * 500)))).encode() * 4,
    ],
    ids=["backslashes", "groups", "pairs", "nested"],
)
@pytest.mark.timeout(20)
def test_what_is_written_to_keep_us_busy_is_read_once(data: bytes) -> None:
    """Each of these took seconds to minutes, and nothing else ran meanwhile; now it is a fraction of a second."""
    masker = Masker([("KEY", "Zx9!kQ77wPq2LmVv")])
    assert masker.data(data) == data
    stream = Stream(masker)
    assert b"".join((*(stream.feed(data[at : at + 500]) for at in range(0, len(data), 500)), stream.end())) == data


@pytest.mark.parametrize("count", [1, 5, 20])
def test_a_dump_that_comes_row_by_row_tells_nothing(count: int) -> None:
    """Whatever letter its rows end with: it may be the first of another secret."""
    drawn = random.Random(7)
    letters = string.ascii_letters + string.digits + "!#+,-/<"
    for _ in range(40):
        secrets = ["".join(drawn.choices(letters, k=40)) for _ in range(count)]
        said = xxd(f"{'x' * drawn.randrange(16)}{secrets[0]} tail!\n".encode()).encode()
        masker = Masker([(f"KEY{number}", secret) for number, secret in enumerate(secrets)])
        stream = Stream(masker)
        told = b"".join((*(stream.feed(line) for line in said.splitlines(keepends=True)), stream.end()))
        assert told == masker.data(said)
