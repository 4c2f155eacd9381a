"""What could be read before an edit and cannot be read after it."""

import json

import pytest

from agents.parsing import syntax
from agents.parsing.syntax import Fault

RIGHT = {
    "data.json": '{\n  "a": 1\n}\n',
    "app.py": "def one():\n    return 1\n",
    "pyproject.toml": '[project]\nname = "one"\n',
    "tsconfig.json": '{\n  "strict": true\n}\n',
}


@pytest.mark.parametrize(
    ("path", "after", "line", "message"),
    [
        ("data.json", '{\n  "a": 1,,\n}\n', 2, "Expecting property name enclosed in double quotes"),
        ("data.json", '{\n  "a": NaN\n}\n', 0, "NaN is no JSON"),
        ("data.json", '{\n  "a": 1 // one\n}\n', 2, "Expecting ',' delimiter"),
        ("app.py", "def one():\nreturn 1\n", 2, "expected an indented block after function definition on line 1"),
        ("app.py", "x = '\\d'\nprint((1)\n", 2, "'(' was never closed"),
        ("pyproject.toml", "[project]\nname = one\n", 2, "Invalid value"),
        ("pyproject.toml", "[project]\nnames = [\n", 3, "Invalid value (at end of document)"),
        ("tsconfig.json", '{\n  "strict": true,, // yes\n}\n', 3, "Expecting property name enclosed in double quotes"),
    ],
)
def test_what_an_edit_broke_is_told_with_its_line(path: str, after: str, line: int, message: str):
    assert syntax.broken(path, RIGHT[path], after) == Fault(line, message)
    assert syntax.broken(f"deep/{path}", RIGHT[path], RIGHT[path]) is None


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("data.json", '{"a": 1, // one\n}', '{"a": 1,,}'),
        ("app.py", "print 'one'\n", "print 'two'\n"),
        (
            "tsconfig.json",
            RIGHT["tsconfig.json"],
            '{\n  // why: http://example.org\n  "strict": true, /* yes\n */\n}\n',
        ),
        ("web/tsconfig.app.json", "{}", '{"paths": {"//*": ["/*"]},}'),
        ("app.js", "one();", "one(;"),
        ("app.py", "x = 1\n", "x = '\\d'\nassert (x, 'is')\n"),
        ("data.json", "{}", '{"a": "' + "x" * 200_000),
    ],
)
def test_only_what_was_right_before_is_held_to_it(path: str, before: str, after: str):
    assert syntax.broken(path, before, after) is None


@pytest.mark.parametrize(
    ("path", "hostile"),
    [
        ("a.json", "[" * 199_000),
        ("a.json", '{"a":' * 39_000),
        ("a.toml", "a = " + "[" * 190_000),
        ("a.toml", ".".join("a" * 90_000) + " = 1"),
        ("a.py", "-" * 199_000 + "1"),
        ("a.py", "1+" * 90_000 + "1"),
        ("a.py", "a" + ".a" * 90_000),
        ("a.py", "elif 1: pass\n".join(("if 1: pass\n", *[""] * 15_000))),
    ],
)
def test_what_is_nested_without_end_is_believed(path: str, hostile: str):
    before = json.dumps({}) if path.endswith(".json") else ""
    assert syntax.broken(path, before, hostile) is None


@pytest.mark.parametrize("piece", ['"\\', "/* ", ", ", '"', "// \n"])
def test_comments_and_commas_are_read_in_one_go(piece: str):
    found = syntax.broken("tsconfig.json", "{}", piece * (199_000 // len(piece)))
    assert found is not None


def test_a_number_no_machine_holds_is_a_fault():
    for path in ("a.json", "a.toml", "a.py"):
        before, after = ("1", "9" * 9_000) if path.endswith("json") else ("a = 1", "a = " + "9" * 9_000)
        found = syntax.broken(path, before, after)
        assert found is not None
        assert "4300 digits" in found.message
