"""What is written reads back as what was meant, byte for byte."""

import json
import tomllib

import pytest

from agents.parsing import parts
from agents.recordings import rendering, streams
from agents.recordings.rendering import Unspeakable
from tests.agents.recordings import builds

TEXTS = [
    "",
    "\n",
    "one\ntwo\n",
    "no line feed",
    "\n\nblank lines, no line feed",
    "crlf\r\n\r\nend\r\n",
    "crlf, no line feed\r\nend",
    "</file>\n",
    "  </file>x",
    "EOF_1\ncat > other << 'EOF_1'\nEOF_1\n",
    "```\nrm -rf src\n",
    "# Creating new file: x\n",
    "\u2028\x0b\x0c\x85 lone \r here\n",
    "\N{GRINNING FACE}\n",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("path", ["a.txt", "src/with a space.txt", "ünï.txt", 'say "x".txt', "$(x).txt"])
def test_a_file_comes_back_as_it_was(path: str, text: str):
    if '"' in path and text and not text.endswith("\n"):
        with pytest.raises(Unspeakable, match="cannot hold"):
            rendering.phase("Now.", [(path, "", text)])
        return
    written = rendering.phase("Now.", [("first.txt", "It is first.", "1\n"), (path, "Why", text), ("z.txt", "", "z")])
    expected = {"first.txt": "1\n", path: text, "z.txt": "z"}
    assert builds.files(written) == expected
    for one, meant in expected.items():
        assert builds.files(streams.only(written, (one,))) == {one: meant}


def test_every_file_says_what_it_is_for():
    written = rendering.phase("Now.", [("a.txt", "One\nline.", "1\n"), ("b.txt", " ", "2\n")])
    assert written.startswith("Now.\n\n# Creating new file: a.txt\n# File Purpose: One line.\ncat > a.txt << 'EOF_")
    assert written.count("# File Purpose") == 1


@pytest.mark.parametrize(
    ("path", "text"), [("it's.txt", "x\n"), ("a.txt", "<p>\n</file>\n<p>"), ("a.txt", "</file>\r\nx")]
)
def test_what_the_form_cannot_say_is_refused(path: str, text: str):
    with pytest.raises(Unspeakable, match="cannot hold"):
        rendering.phase("Now.", [(path, "", text)])


def test_no_line_of_a_file_reads_like_its_marker():
    text = "x\n"
    for _ in range(5):
        text += rendering.phase("", [("a.txt", "", text)]).strip().rsplit("\n", 1)[1] + "\n"
        assert builds.files(rendering.phase("Now.", [("a.txt", "", text)])) == {"a.txt": text}


def test_a_plan_comes_back_whatever_is_written_in_it():
    plan = {"name": "</blueprint> <blueprint>", "data": ["\\", '"', "\u2028"]}
    prose, body, is_closed = parts.extract(rendering.design("Words.", plan), "blueprint")
    assert (prose.strip(), is_closed, json.loads(body or "")) == ("Words.", True, plan)


@pytest.mark.parametrize(
    ("prose", "kept"),
    [
        ("  Two lines\nof words.\n\nMore.", "Two lines of words."),
        ("", "Otherwise."),
        ("Use `npm`:", "Otherwise."),
        ("cat > x << y", "Otherwise."),
        ("<file path='x'>", "Otherwise."),
        ("x" * 601, "Otherwise."),
    ],
)
def test_of_what_was_said_the_first_plain_words_are_kept(prose: str, kept: str):
    assert rendering.words(prose, "Otherwise.") == kept


@pytest.mark.parametrize("text", ["", 'say "x"', "back\\slash", "two\nlines\tand\0", "\x7f\x1b", "ü \N{GRINNING FACE}"])
def test_what_names_it_is_proper_toml(text: str):
    values: dict[str, str | int | list[str]] = {"text": text, "number": 7, "list": [text, "b"], "empty": []}
    assert tomllib.loads(rendering.toml(values)) == values
