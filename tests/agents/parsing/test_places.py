"""Where an edit finds its place, from the exact one to the likest."""

import random

import pytest

from tests.agents.parsing.counting import executed_lines
from tests.agents.parsing.editing import FILE, change, codes, strategies


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


def entries(first, last):
    return "".join(f'  {{\n    "place": {n},\n    "name": "a long name of {n}"\n  }},\n' for n in range(first, last))


def test_it_finds_a_fuzzy_place_among_a_thousand_equal_edges():
    text = entries(0, 1000)
    search = entries(500, 520).replace("a long name of 507", "a long name of 50x")
    result = change(text, search, search.replace("a long name of 512", "a short name"))
    assert strategies(result) == ["fuzzy"]
    assert result.text == text.replace("a long name of 512", "a short name")


def test_it_looks_closely_at_few_of_a_thousand_equal_edges():
    text, search = entries(0, 1000), entries(5000, 5080)
    assert codes(change(text, search, "x = 1\n")) == ["NO_MATCH"]
    assert executed_lines(lambda: change(text, search, "x = 1\n")) < 2_000_000


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
