"""When an edit is refused, and what the model is told."""

import pytest

from tests.agents.parsing.editing import FILE, change, codes


def test_it_refuses_when_both_changed_the_same_line():
    text = "start of a block\nalpha beta gamma delta\ncolour is red\nepsilon zeta eta theta\nend of a block\n"
    search = text.replace("red", "rod")
    result = change(text, search, search.replace("rod", "blue"))
    assert codes(result) == ["MERGE_CONFLICT"]
    assert "3 | colour is red" in result.failures[0].near
    assert result.text == text


def test_it_refuses_two_places_that_are_nearly_alike():
    block = "start of a block\nalpha beta gamma delta {}\nepsilon zeta eta theta\nend of a block\n"
    text = block.format(1) + "between\n" + block.format(2)
    result = change(text, block.format(3), block.format(3).replace("zeta", "ZETA"))
    assert codes(result) == ["AMBIGUOUS"]
    assert result.text == text


def test_a_fuzzy_place_needs_the_right_edges():
    text = "start of a block\nalpha beta gamma delta\nepsilon zeta eta theta\nend of a block\n"
    search = text.replace("start of", "begin of")
    assert codes(change(text, search, search.replace("zeta", "ZETA"))) == ["NO_MATCH"]


def test_it_says_where_a_search_fits_twice():
    result = change("x = 1\ny\nx = 1\n", "x = 1\n", "x = 2\n")
    assert codes(result) == ["AMBIGUOUS"]
    assert result.failures[0].near == "The search text fits at lines 1, 3."


def test_it_shows_the_nearest_lines():
    result = change(FILE, "def second(value):\n    return something_else\n", "x\n")
    assert codes(result) == ["NO_MATCH"]
    assert "11 | def second(value):" in result.failures[0].near
    assert "12 |     return value * 2" in result.failures[0].near


def test_it_shows_the_likest_line_when_none_is_equal():
    result = change("aaa\nconst total = price * count\nzzz\n", "const total = price * counts;\n", "x\n")
    assert codes(result) == ["NO_MATCH"]
    assert "2 | const total = price * count" in result.failures[0].near


def test_it_shows_nothing_when_nothing_is_near():
    assert change("aaa\n", "completely different\n", "x\n").failures[0].near == ""


def test_it_refuses_an_empty_search_in_a_file_with_text():
    result = change(FILE, "", "x\n")
    assert codes(result) == ["MALFORMED_BLOCK"]
    assert result.text == FILE


def test_it_refuses_a_block_that_changes_nothing():
    assert codes(change(FILE, "import os\n", "import os\n")) == ["MALFORMED_BLOCK"]


def test_it_refuses_markers_in_the_replacement():
    assert codes(change(FILE, "import os\n", "<<<<<<< SEARCH\nimport os\n")) == ["MALFORMED_BLOCK"]


@pytest.mark.parametrize(
    "line",
    [
        "    # ... existing code ...",
        "    // rest of the code",
        "    # rest of the function remains the same",
        "    /* ... */",
        "    {/* existing code here */}",
        "    # (rest of your file unchanged)",
        "    ...",
        "    // your code here",
    ],
)
def test_it_refuses_a_placeholder(line):
    result = change(FILE, "    return value * 2\n", f"{line}\n    return value * 3\n")
    assert codes(result) == ["LAZY_PLACEHOLDER"]
    assert result.failures[0].near == line.strip()
    assert result.text == FILE


@pytest.mark.parametrize(
    "line",
    [
        "    ...rest,",
        "    ...rest",
        "    # merge with existing content",
        "    // Other methods",
        "    # keep the rest of them in mind when you refactor all this",
    ],
)
def test_an_ordinary_line_is_no_placeholder(line):
    assert codes(change(FILE, "    return value * 2\n", f"{line}\n    return value * 3\n")) == []


def test_pythons_own_ellipsis_is_no_placeholder():
    result = change(FILE, "    return value * 2\n", "    return value * 2\n\n\ndef third() -> None:\n    ...\n")
    assert codes(result) == []


def test_a_placeholder_the_file_has_itself_may_stay():
    text = "a\n// rest of the code\nb\n"
    assert change(text, text, text.replace("b", "c")).text == text.replace("b", "c")
