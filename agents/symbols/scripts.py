"""What JavaScript and TypeScript export and import, read from statements at the beginning of a line."""

import re
from collections.abc import Iterator
from typing import Final

from agents.symbols.masks import end, mask

# Bounded where it could be tried again and again; a regular expression only where none could be a division, and as far
# as the next slash, also one in brackets: what may not pass a slash is never read twice.
_TOKENS: Final = re.compile(
    r"""
    //[^\n]*+
    | /\*(?:[^*]|\*(?!/))*+(?:\*/)?
    | "(?:[^"\\\n]|\\.)*+"?
    | '(?:[^'\\\n]|\\.)*+'?
    | `(?:[^`\\]|\\.)*+`?
    | (?<=[(,=:\[!&|?{};])[ \t]{0,4}+/(?![*/])(?:[^\\/\n]|\\[^\n]){1,200}+/
    """,
    re.VERBOSE | re.DOTALL,
)
_EXPORT: Final = re.compile(r"^[ \t]{0,8}+(?:export\b(?!\s*=)|(?:module\.)?exports\b(?=[.\s]))[ \t]*+", re.MULTILINE)
_KIND: Final = re.compile(
    r"(?:default\s{1,9}+)?(?:(?:declare|abstract|async)\s{1,9}+){0,3}+"
    r"(?P<word>function|class|const|let|var|type|interface|enum|namespace)\b"
)
_ARROW: Final = re.compile(r"=\s{0,9}+(?:async\b\s{0,9}+)?(?=[(<]|[\w$]{1,60}+\s{0,9}=>)")
_IMPORT: Final = re.compile(
    r"""(?:\bfrom|\bimport|\brequire)[ \t]{0,9}+\(?[ \t\n]{0,9}+(?P<quote>["'])(?P<name>[^"'\n]{1,200}+)(?P=quote)"""
)
_FAR: Final = 500
_SHORT: Final = 48


def read(text: str) -> tuple[Iterator[str], Iterator[str]]:
    masked = mask(text, _TOKENS)
    return _exports(text, masked), _imports(text, masked)


def _exports(text: str, masked: str) -> Iterator[str]:
    for found in _EXPORT.finditer(masked):
        start = found.end()
        if "exports" in found[0]:
            yield text[found.start() : end(masked, start, most=_SHORT, stop=_is_over)]
        else:
            yield _signature(text, masked, start)


def _signature(text: str, masked: str, start: int) -> str:
    kind = _KIND.match(masked, start, start + 120)
    word = kind["word"] if kind else ""
    if word in ("function", "class", "namespace"):
        return text[start : end(masked, start, most=_FAR, stop=_is_body)].rstrip().removesuffix(":")
    if word in ("interface", "enum"):
        return text[start : _after_body(masked, start)]
    if word == "type":
        return text[start : end(masked, start, most=_FAR, stop=_is_type_over)]
    if word:
        return _value(text, masked, start)
    return text[start : end(masked, start, most=_FAR, stop=_is_over)]


def _value(text: str, masked: str, start: int) -> str:
    """Of a function its parameters, of a short value all of it, of others the name and the type."""
    at = end(masked, start, most=_FAR, stop=_is_set)
    if found := _ARROW.match(masked, at):
        return text[start : end(masked, found.end(), most=_FAR, stop=_is_arrow)].rstrip() + " =>"
    over = end(masked, at, most=_SHORT, stop=_is_over)
    is_short = over < min(len(masked), at + _SHORT) or over == len(masked)
    return text[start:over] if is_short and "\n" not in text[at:over] else text[start:at]


def _after_body(masked: str, start: int) -> int:
    body = end(masked, start, most=_FAR, stop=_is_body)
    return min(len(masked), end(masked, body + 1, most=_FAR, stop=_never) + 1)


def _imports(text: str, masked: str) -> Iterator[str]:
    """What stands in a comment or in a string is none."""
    for found in _IMPORT.finditer(text):
        if masked[found.start()] == text[found.start()] and masked[found.start("quote")] == found["quote"]:
            yield found["name"]


def _is_body(masked: str, at: int) -> bool:
    return masked[at] in "{;"


def _is_over(masked: str, at: int) -> bool:
    return masked[at] in ";\n"


def _is_set(masked: str, at: int) -> bool:
    return masked[at] in ";\n" or (masked[at] == "=" and masked[at + 1 : at + 2] != ">")


def _is_arrow(masked: str, at: int) -> bool:
    return masked.startswith("=>", at)


def _is_type_over(masked: str, at: int) -> bool:
    """At its semicolon, or where a line begins that does not go on with it."""
    return masked[at] == ";" or (masked[at] == "\n" and masked[at + 1 : at + 2] not in (" ", "\t", "|", "&", "}"))


def _never(masked: str, at: int) -> bool:
    return False
