import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.parsing import edits
from agents.parsing.events import Block
from tests.agents.parsing.counting import executed_lines

FILE = """import os

def first(value):
    total = value + 1

    if total > 10:
        print("big")
    return total


def second(value):
    return value * 2
"""


def change(text, search, replace):
    return edits.apply(text, (Block(search, replace),))


def strategies(result):
    return [applied.strategy for applied in result.applied]


def codes(result):
    return [failure.code for failure in result.failures]


def test_it_replaces_an_exact_place():
    result = change(FILE, "    return value * 2\n", "    return value * 3\n")
    assert result.text == FILE.replace("* 2", "* 3")
    assert strategies(result) == ["exact"]
    assert result.failures == ()


def test_it_ignores_trailing_space_and_keeps_the_files_own():
    text = "one  \ntwo\nthree\t\n"
    result = change(text, "one\ntwo \nthree\n", "one\n2\nthree\n")
    assert result.text == "one  \n2\nthree\t\n"
    assert strategies(result) == ["trailing"]


def test_it_folds_white_space_and_quotes():
    text = "    say('hi')\n    wave()\n"
    result = change(text, "say(\u2018hi\u2019)\nwave()\n", "say(\u2018hi\u2019)\njump()\n")
    assert result.text == "    say('hi')\n    jump()\n"
    assert strategies(result) == ["folded"]


@pytest.mark.parametrize(
    ("text", "search", "replace", "wanted"),
    [
        (
            "\tif a:\n\t\tb()\n",
            "if a:\n    b()\n",
            "if a:\n    c()\n    if d:\n        e()\n",
            "\tif a:\n\t\tc()\n\t\tif d:\n\t\t\te()\n",
        ),
        (
            "    a {\n        b\n    }\n",
            "  a {\n    b\n  }\n",
            "  a {\n    c {\n      d\n    }\n  }\n",
            "    a {\n        c {\n            d\n        }\n    }\n",
        ),
        (
            "        x()\n",
            "    x()\n",
            "    y(\n        1\n    )\nz()\n",
            "        y(\n            1\n        )\n    z()\n",
        ),
    ],
    ids=["tabs", "two-to-four", "offset"],
)
def test_it_indents_the_replacement_as_the_file_is(text, search, replace, wanted):
    assert change(text, search, replace).text == wanted


def test_it_ignores_blank_lines_and_keeps_them():
    result = change(FILE, "    total = value + 1\n    if total > 10:\n", "    total = value + 1\n    if total > 20:\n")
    assert result.text == FILE.replace("> 10", "> 20")
    assert strategies(result) == ["blank"]


def test_it_strips_pasted_line_numbers():
    result = change(
        FILE,
        "11 | def second(value):\n12 |     return value * 2\n",
        "11 | def second(value):\n12 |     return value * 4\n",
    )
    assert result.text == FILE.replace("* 2", "* 4")
    assert strategies(result) == ["numbered"]


def test_it_keeps_what_an_elision_stands_for():
    result = change(
        FILE,
        "def first(value):\n    # ...\n    return total\n",
        "def first(number):\n    # ...\n    return total + 1\n",
    )
    assert result.text == FILE.replace("first(value)", "first(number)").replace("return total\n", "return total + 1\n")
    assert strategies(result) == ["elided"]


def test_it_merges_a_fuzzy_place_and_keeps_what_the_model_never_saw():
    text = "start of a block\nalpha beta gamma delta\nthe user typed this\niota kappa lambda mu\nend of a block\n"
    search = text.replace("typed this", "typed that")
    result = change(text, search, search.replace("iota kappa", "IOTA KAPPA"))
    assert result.text == text.replace("iota kappa", "IOTA KAPPA")
    assert strategies(result) == ["fuzzy"]


def test_it_keeps_a_line_that_the_search_lacks():
    lines = [f"line number {n} of the text that is there" for n in range(12)]
    text = "\n".join([*lines[:5], "kept", *lines[5:]]) + "\n"
    search = "\n".join(lines) + "\n"
    result = change(text, search, search.replace("number 9", "number nine"))
    assert result.text == text.replace("number 9", "number nine")
    assert strategies(result) == ["fuzzy"]


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


def test_it_refuses_an_empty_search_in_a_file_with_text():
    result = change(FILE, "", "x\n")
    assert codes(result) == ["MALFORMED_BLOCK"]
    assert result.text == FILE


def test_an_empty_search_fills_an_empty_file():
    result = change("", "", "x\r\ny")
    assert (result.text, strategies(result)) == ("x\r\ny", ["whole"])


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
    text = ending.join(lines) + (ending if has_end else "")
    start = data.draw(st.integers(0, len(lines) - 1))
    stop = data.draw(st.integers(start + 1, len(lines)))
    result = change(text, "\n".join(lines[start:stop]) + "\n", "something new\n")
    if result.applied and result.applied[0].strategy == "exact":
        assert result.text.startswith(ending.join(lines[:start]))
        assert result.text.endswith(text[len(ending.join(lines[:stop])) :])
        assert result.text.count("something new") == 1


def failing_edit(size, search):
    rng = random.Random(7)
    lines = [rng.choice(["{", "}", "<div>", "</div>", "  return x;", ""]) for _ in range(size)]
    return lambda: change("\n".join(lines), search, "x = 1\n")


@pytest.mark.parametrize(
    "search",
    [
        "{\n" + "\n".join(f"  unknown {n}" for n in range(200)) + "\n}\n",
        "{\n<div>\n  return y;\n</div>\n}\n",
        "}\n" * 300,
        "a line of its own\n",
    ],
    ids=["many-edges", "short", "equal-lines", "nothing"],
)
def test_work_grows_no_faster_than_the_file(search):
    assert codes(failing_edit(2_000, search)()) == ["NO_MATCH"]
    once = executed_lines(failing_edit(1_000, search))
    twice = executed_lines(failing_edit(2_000, search))
    assert twice < 2.5 * once + 20_000
    assert twice < 2_000_000
