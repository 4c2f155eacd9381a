"""The promises of the parser that hold for every text: cutting, bytes, work, calm."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import agents
from agents.parsing import scof, tags
from agents.parsing.events import FileChunk, FileClosed, FileTruncated
from agents.parsing.stream import Parser
from tests.agents.parsing import counting, fuzz, grammar, promises, streams

FRAGMENTS = st.sampled_from(
    [
        *(
            "cat > a.ts << 'EOF'",
            "cat << 'EOF' | patch a.ts",
            "cat > ../x << EOF",
            "cat >> x << EOF",
            "EOF",
            "EOF ",
            "EO",
        ),
        *("\n", "\n", "\r\n", "\r", " ", "\t", "\x00", "\ufeff", "x", "const a = `${b}`"),
        *("```", "~~~", "npm install zod", "rm -rf b", " && ", "# File Purpose: p", "# Creating new file: a"),
        *('<file path="a">', "<file path='b/../c'>", "</file>", "<file>", "<package>", "</package>", "<packages>"),
        *('<edit path="a">', "</edit>", "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", "@@ -1 +1 @@", "</packages>"),
    ]
)
TEXTS = st.one_of(
    st.text(alphabet=st.characters(), max_size=80),
    st.lists(FRAGMENTS, max_size=40).map("".join),
    st.lists(FRAGMENTS, max_size=20).map("\n".join),
)
BODIES = st.one_of(
    # Every character there is, half a surrogate pair as well.
    st.text(alphabet=st.characters(), max_size=120),
    st.lists(FRAGMENTS, max_size=15).map("".join),
    st.lists(FRAGMENTS, max_size=15).map("\n".join),
)

RECORDINGS = Path(agents.__file__).parent / "recordings"
STREAMS = sorted(RECORDINGS.glob("*/*.txt"))


@given(TEXTS, st.lists(st.integers(0, 400), max_size=12))
def test_any_cut_gives_the_same_events(text, places):
    wanted = streams.whole(text)
    assert streams.events(streams.cut(text, places)) == wanted
    assert streams.events(text) == wanted


@pytest.mark.parametrize("kind", [Parser, scof.Parser, tags.Parser], ids=["both", "scof", "tags"])
@given(TEXTS, st.lists(st.integers(0, 400), max_size=12))
def test_every_text_keeps_the_promises(kind, text, places):
    promises.check(text, [streams.cut(text, places), text], partial(streams.events, kind=kind))


@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 900), max_size=12))
def test_a_stream_made_by_rule_means_what_the_rule_says(chance, places):
    text, wanted = grammar.stream(chance)
    assert promises.check(text, [streams.cut(text, places), text]) == wanted


@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 900), max_size=12))
def test_a_hurt_stream_keeps_the_promises(chance, places):
    text = fuzz.wounded(chance, grammar.stream(chance)[0])
    promises.check(text, [streams.cut(text, places), text])


@given(BODIES, st.integers(1, 9))
def test_the_body_of_a_block_survives_byte_for_byte(body, size):
    marker = "END_5e1f"
    body = body if body.endswith("\n") or not body else body + "\n"
    text = f"cat > a << '{marker}'\n{body}{marker}\n"
    found = streams.events(text[at : at + size] for at in range(0, len(text), size))
    assert found[-1] == FileClosed("a", body)


@given(BODIES)
def test_no_more_than_an_end_line_is_held_back(body):
    marker, parser = "END_5e1f", Parser()
    parser.feed(f"cat > a << '{marker}'\n")
    shown = ""
    for size, letter in enumerate(body, start=1):
        shown += "".join(event.text for event in parser.feed(letter) if isinstance(event, FileChunk))
        assert body.startswith(shown)
        assert size - len(shown) <= len(marker) + len("\r")


@given(BODIES.filter(lambda body: not {"</file>", "</file>\r"} & set(body.split("\n"))), st.integers(1, 9))
def test_the_body_of_a_file_tag_survives_byte_for_byte(body, size):
    text = f'<file path="a">\n{body}\n</file>\n'
    found = streams.events(text[at : at + size] for at in range(0, len(text), size))
    assert found[-1] == FileClosed("a", body)


@given(TEXTS, st.integers(0, 300))
def test_a_cut_stream_never_closes_what_it_did_not_see_whole(text, place):
    """Each file closed by a cut stream, bar one ending at the cut, is closed the same by the whole one."""
    cut = [event for event in streams.whole(text[:place]) if isinstance(event, FileClosed)]
    full = [event for event in streams.whole(text) if isinstance(event, FileClosed | FileTruncated)]
    assert [(event.path, event.text) for event in cut[:-1]] == [
        (event.path, event.text) for event in full[: len(cut[:-1])]
    ]


def files(count, size):
    line = "  const value = `${other}` // some text\n"
    return "".join(
        f"Now file {n}.\ncat > src/f{n}.ts << 'EOF_{n}'\n{line * (size // len(line))}EOF_{n}\n" for n in range(count)
    )


def feeding(text, size):
    def act():
        parser = Parser()
        for at in range(0, len(text), size):
            parser.feed(text[at : at + size])
        parser.close()

    return act


@pytest.mark.parametrize("size", [1, 200])
@pytest.mark.parametrize(
    "stream",
    [
        lambda scale: files(5 * scale, 320),
        lambda scale: files(1, 1_600 * scale),
        lambda scale: "cat > a << 'EOF'\n" + "x" * 1_600 * scale + "\nEOF\n",
        lambda scale: "word " * 320 * scale,
        lambda scale: "some prose\n" * 150 * scale,
        lambda scale: "cat > a << 'EOF_1234567890'\n" + "EOF_123456789\n" * 100 * scale,
        lambda scale: '<file path="a">x\n' + "</file> \t" * 160 * scale,
        lambda scale: '<file path="a">x</file>' * 60 * scale,
        lambda scale: '<file path="a">\n' + "\n" * 800 * scale,
        lambda scale: "cat > " + "'a' " * 1_100 * scale + "<< 'EOF'\n",
        lambda scale: "<file" + " a='b'" * 200 * scale + "\n",
        lambda scale: "```\n" * 300 * scale,
    ],
    ids=[
        "files",
        "long-file",
        "long-line",
        "long-prose",
        "prose",
        "markers",
        "inline",
        "tags",
        "blank",
        "quotes",
        "attributes",
        "fences",
    ],
)
def test_work_is_linear(stream, size):
    once = counting.characters(feeding(stream(1), size))
    twice = counting.characters(feeding(stream(2), size))
    assert twice < 2.2 * once


@pytest.mark.parametrize(
    "stream",
    [
        lambda scale: files(20 * scale, 2_000),
        lambda scale: files(1, 40_000 * scale),
        lambda scale: "cat > a << E\nE\n" * 300 * scale,
        lambda scale: "cat > a << E\n" + "E \n" * 3_000 * scale + "E\n",
        lambda scale: '<file path="a">\nx\n</file>\n' * 300 * scale,
        lambda scale: '<file path="a">x\n' + "y\n" * 3_000 * scale + "</file>\n",
        lambda scale: "cat << E | patch a\n@@\n-a\n+b\nE\n" * 300 * scale,
        lambda scale: "some prose\n" * 1_000 * scale,
        lambda scale: "no line feed " * 1_000 * scale,
    ],
    ids=["files", "long-file", "tiny-files", "markers", "tags", "inline", "patches", "prose", "one-line"],
)
def test_one_big_piece_is_as_linear_as_many(stream):
    """Lines run, and characters of the piece touched: a few for each there is, however large the whole."""
    lines = [counting.executed_lines(feeding(stream(scale), 10**9)) for scale in (1, 2)]
    assert lines[1] < 2.2 * lines[0]
    pieces = [counting.Counted(stream(scale)) for scale in (1, 2)]
    for piece in pieces:
        Parser().feed(piece)
    assert pieces[1].touched < 2.2 * pieces[0].touched
    assert pieces[1].touched < 5 * len(pieces[1])


def test_there_are_recordings_where_there_is_their_folder():
    assert STREAMS or not RECORDINGS.exists()


@pytest.mark.parametrize("path", STREAMS, ids=[f"{path.parent.name}-{path.stem}" for path in STREAMS])
def test_a_recorded_stream_gives_the_same_events_however_it_is_cut(path):
    text = path.read_bytes().decode()
    wanted = streams.whole(text)
    assert streams.events(text) == wanted
    for seed in range(20):
        assert streams.events(streams.at_random(text, seed)) == wanted
    assert not [event for event in wanted if isinstance(event, FileTruncated)]
