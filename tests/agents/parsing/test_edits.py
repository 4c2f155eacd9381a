"""Blocks applied to a file, one after the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.parsing import edits
from agents.parsing.events import Block
from tests.agents.parsing.editing import FILE, change, strategies


@pytest.mark.parametrize(
    ("search", "replace"),
    [
        ("    return total\n", "    return round(total)\n"),
        ("    return total\n", "    log(total)\n    return total\n"),
        ("import os\n", "import os\nimport secrets\n"),
    ],
)
def test_a_block_sent_twice_is_applied_once(search, replace):
    once = change(FILE, search, replace)
    twice = change(once.text, search, replace)
    assert strategies(twice) == ["already"]
    assert twice.text == once.text
    assert twice.failures == ()


def test_an_empty_search_fills_an_empty_file():
    result = change("", "", "x\r\ny")
    assert (result.text, strategies(result)) == ("x\r\ny", ["whole"])


def test_it_applies_the_good_blocks_and_names_the_others():
    result = edits.apply(
        FILE,
        (
            Block("import os\n", "import sys\n"),
            Block("nowhere at all\n", "x\n"),
            Block("    return total\n", "    return 1\n"),
        ),
    )
    assert [applied.index for applied in result.applied] == [0, 2]
    assert [(failure.code, failure.index) for failure in result.failures] == [("NO_MATCH", 1)]
    assert result.text == FILE.replace("import os", "import sys").replace("return total", "return 1")


def test_a_block_sees_what_the_one_before_it_did():
    assert edits.apply("a\n", (Block("a\n", "b\n"), Block("b\n", "c\n"))).text == "c\n"


@pytest.mark.parametrize(
    ("text", "search", "replace", "wanted"),
    [
        ("\ufeffa\r\nb\r\nc\r\n", "b\n", "x\ny\n", "\ufeffa\r\nx\r\ny\r\nc\r\n"),
        ("\ufeffa\nb\n", "\ufeffa\n", "x\n", "\ufeffx\nb\n"),
        ("a\nb", "b\n", "c\n", "a\nc"),
        ("a\nb", "b\n", "", "a"),
        ("a\r\nb", "b", "c\nd", "a\r\nc\r\nd"),
        ("a\r\nb\nc\n", "b\nc\n", "b\nd\n", "a\r\nb\nd\n"),
        ("a\n\n\nb\n", "b\n", "c", "a\n\n\nc\n"),
        ("a\rb\nc\n", "c\n", "d\n", "a\rb\nd\n"),
        ("tail  \n\x0c\nb\n", "b\n", "c\n", "tail  \n\x0c\nc\n"),
    ],
    ids=["bom-crlf", "bom-search", "no-final-newline", "deleted-end", "crlf-open", "mixed", "blank", "lone-cr", "odd"],
)
def test_it_keeps_every_byte_it_was_not_asked_to_change(text, search, replace, wanted):
    result = change(text, search, replace)
    assert result.text == wanted
    assert result.failures == ()


@given(st.text(max_size=200), st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=4))
def test_it_never_raises(text, pairs):
    result = edits.apply(text, tuple(Block(*pair) for pair in pairs))
    assert len(result.applied) + len(result.failures) == len(pairs)
    if not result.applied:
        assert result.text == text


LINES = st.lists(st.text(alphabet="ab \t}é", max_size=6), min_size=1, max_size=30)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
def test_only_the_searched_lines_change(lines, ending, has_end, data):
    has_end = has_end or not lines[-1]  # an empty last line is one only if it ends
    text = ending.join(lines) + (ending if has_end else "")
    start = data.draw(st.integers(0, len(lines) - 1))
    stop = data.draw(st.integers(start + 1, len(lines)))
    result = change(text, "\n".join(lines[start:stop]) + "\n", "something new\n")
    if result.applied and result.applied[0].strategy == "exact":
        assert result.text.startswith(ending.join(lines[:start]))
        assert result.text.endswith(text[len(ending.join(lines[:stop])) :])
        assert result.text.count("something new") == 1
