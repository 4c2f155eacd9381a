"""Says where a text stopped being what it is: JSON, TOML or Python that could be read before an edit and cannot now.

Nothing is run. What is too large or nested too deep to be read here within a moment is believed.
"""

import ast
import json
import re
import threading
import tomllib
import warnings
from collections.abc import Callable
from typing import NamedTuple

_MOST = 200_000
# A key of many parts costs the reader of TOML the square of them.
_MOST_DOTS = 32
# These may hold comments and a comma too many, whether they did before or not.
_RELAXED = re.compile(r"(?:(?:^|/)(?:ts|js)config[^/]*\.json|\.jsonc|\.code-workspace|(?:^|/)\.vscode/[^/]*\.json)\Z")
# What does not end reaches to the end, so that nothing is looked at twice.
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*+"?)|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*+"?)|,(?=\s*[}\]])', re.DOTALL)
_PLACE = re.compile(r"\(at line (\d+), column \d+\)\Z")
# Which warnings are shown is of the whole process.
_quiet = threading.Lock()


class Fault(NamedTuple):
    """Counted from one; 0 where nobody said which line."""

    line: int
    message: str


def broken(path: str, before: str, after: str) -> Fault | None:
    """What is wrong with the new text, if the old one was right."""
    read = next((reader for ending, reader in _READERS.items() if path.endswith(ending)), None)
    if read is None or max(len(before), len(after)) > _MOST:
        return None
    if _RELAXED.search(path):
        before, after = _strict(before), _strict(after)
    try:
        return None if read(before) else read(after)
    except (RecursionError, MemoryError):
        return None


def _json(text: str) -> Fault | None:
    try:
        json.loads(text, parse_constant=_no_json)
    except json.JSONDecodeError as error:
        return Fault(error.lineno, error.msg)
    except ValueError as error:
        return Fault(0, str(error))
    return None


def _no_json(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _toml(text: str) -> Fault | None:
    if any(line.count(".") > _MOST_DOTS for line in text.splitlines()):
        return None
    try:
        tomllib.loads(text)
    except ValueError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        return Fault(line, _PLACE.sub("", str(error)).strip())
    return None


def _python(text: str) -> Fault | None:
    try:
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return Fault(error.lineno or 0, error.msg)
    except ValueError as error:
        return Fault(0, str(error))
    return None


def _strict(text: str) -> str:
    """Without comments and last commas, each line where it was."""
    bare = _COMMENT.sub(lambda found: found[1] or "\n" * found[0].count("\n"), text)
    return _LAST_COMMA.sub(lambda found: found[1] or "", bare)


_READERS: dict[str, Callable[[str], Fault | None]] = {
    ".json": _json,
    ".jsonc": _json,
    ".code-workspace": _json,
    ".toml": _toml,
    ".py": _python,
    ".pyi": _python,
}
