"""A text with what is no code of it blanked out, each letter in its place: braces and words in it are code's then."""

import re
from collections.abc import Callable

_NOT_LINE = re.compile(r"[^\n]")


def mask(text: str, tokens: re.Pattern[str]) -> str:
    """`tokens` matches comments and strings; of strings the quotes stay."""
    return tokens.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    token = found[0]
    if token[0] in "\"'`" and len(token) > 1:
        return token[0] + _NOT_LINE.sub(" ", token[1:-1]) + (token[-1] if token[-1] == token[0] else " ")
    return _NOT_LINE.sub(" ", token)


def end(masked: str, start: int, *, most: int, stop: Callable[[str, int], bool]) -> int:
    """The first place from `start` on, outside of all brackets, where `stop` says so; at most so far away."""
    depth, last = 0, min(len(masked), start + most)
    for at in range(start, last):
        char = masked[at]
        if depth == 0 and stop(masked, at):
            return at
        if char in "([{":
            depth += 1
        elif char in ")]}":
            if depth == 0:
                return at
            depth -= 1
    return last
