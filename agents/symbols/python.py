"""What a Python module offers: functions with their decorators, classes with their methods, and constants."""

import re
from collections.abc import Iterator
from typing import Final

from agents.symbols.masks import end, mask

_TOKENS: Final = re.compile(
    r"""
    \#[^\n]*+
    | \"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3})?
    | '{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3})?
    | "(?:[^"\\\n]|\\.)*+"?
    | '(?:[^'\\\n]|\\.)*+'?
    """,
    re.VERBOSE | re.DOTALL,
)
_DEFINED: Final = re.compile(
    r"^(?P<method>[ ]{4}|\t)?(?:async[ ]+)?(?:def|class)[ ]++(?P<name>\w{1,80}+)"
    r"|^(?P<value>[A-Za-z]\w{0,80}+)[ ]*+(?=[:=][^=])",
    re.MULTILINE,
)
_IMPORT: Final = re.compile(
    r"^[ \t]*+(?:from[ ]++(?P<source>\.{0,9}[\w.]{0,200}+)[ ]++import[ ]++(?P<names>[\w, ]{0,200}+)"
    r"|import[ ]++(?P<whole>[\w.]{1,200}+))",
    re.MULTILINE,
)
_DECORATOR: Final = re.compile(r"(?:^@[^\n]{1,160}+\n){1,3}\Z", re.MULTILINE)
_FAR, _SHORT, _ABOVE = 400, 60, 500
# A word at the beginning of a line that is followed by a colon and is no name.
_WORDS: Final = frozenset(("else", "try", "finally", "except", "if", "for", "while", "with", "match", "case", "lambda"))


def read(text: str) -> tuple[Iterator[str], Iterator[str]]:
    masked = mask(text, _TOKENS)
    return _exports(text, masked), _imports(masked)


def _exports(text: str, masked: str) -> Iterator[str]:
    for found in _DEFINED.finditer(masked):
        name = found["name"] or found["value"]
        if name.startswith("_") or name in _WORDS:
            continue
        if found["value"]:
            yield _value(text, masked, found.start())
        else:
            head = text[found.start() : end(masked, found.start(), most=_FAR, stop=_is_colon)]
            yield _decorators(text, masked, found.start()) + ("." if found["method"] else "") + head.strip()


def _value(text: str, masked: str, start: int) -> str:
    over = end(masked, start, most=_SHORT, stop=_is_over)
    line = text[start:over]
    return line if "\n" not in line and over < start + _SHORT else line.partition("=")[0]


def _decorators(text: str, masked: str, start: int) -> str:
    """Those of a function say where it is reached."""
    above = max(0, start - _ABOVE)
    found = _DECORATOR.search(masked[above:start])
    return text[above + found.start() : start] if found else ""


def _imports(masked: str) -> Iterator[str]:
    """A module may stand behind each of the names, too."""
    for found in _IMPORT.finditer(masked):
        source = found["whole"] or found["source"]
        yield source
        joint = "" if not source or source.endswith(".") else "."
        yield from (f"{source}{joint}{name.split()[0]}" for name in (found["names"] or "").split(",") if name.strip())


def _is_colon(masked: str, at: int) -> bool:
    return masked[at] == ":"


def _is_over(masked: str, at: int) -> bool:
    return masked[at] == "\n"
