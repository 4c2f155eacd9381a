"""What a page of HTML offers: its title and its ids; and what it loads."""

import re
from collections.abc import Iterator
from typing import Final

from agents.symbols.masks import mask

_TOKENS: Final = re.compile(r"<!--(?:[^-]|-(?!->))*+(?:-->)?")
_TITLE: Final = re.compile(r"<title>[^<]{0,120}+", re.IGNORECASE)
_ID: Final = re.compile(r"""\sid=["']([\w:.-]{1,80}+)["']""")
_LOADED: Final = re.compile(r"""\s(?:src|href)=["']([^"'\s#?]{1,200}+)""")


def read(text: str) -> tuple[Iterator[str], Iterator[str]]:
    masked = mask(text, _TOKENS)
    return _exports(masked), (found[1] for found in _LOADED.finditer(masked))


def _exports(masked: str) -> Iterator[str]:
    if title := _TITLE.search(masked):
        yield f"title {title[0][len('<title>') :].strip()}"
    yield from (f"#{found[1]}" for found in _ID.finditer(masked))
