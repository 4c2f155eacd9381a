"""What a style sheet offers: its custom properties with their values, and its classes."""

import re
from collections.abc import Iterator
from typing import Final

from agents.symbols.masks import mask

_TOKENS: Final = re.compile(r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?", re.DOTALL)
_PROPERTY: Final = re.compile(r"(?<![\w(-])--[\w-]{1,60}+[ \t]*+:[^;{}\n]{0,60}+")
_CLASS: Final = re.compile(r"(?<![\w.)])\.[A-Za-z_][\w-]{0,60}+(?=[^;{}]{0,200}+\{)")
_IMPORT: Final = re.compile(r"""@(?:import|use)\s{1,9}+(?:url\()?["']?([^"'\s;)]{1,200}+)""")
_MOST_CLASSES: Final = 80


def read(text: str) -> tuple[Iterator[str], Iterator[str]]:
    masked = mask(text, _TOKENS)
    return _exports(masked), (found[1] for found in _IMPORT.finditer(masked))


def _exports(masked: str) -> Iterator[str]:
    """All classes in a few lines: there are many, and each is short."""
    names = dict.fromkeys(found[0] for found in _CLASS.finditer(masked))
    classes = list(names)[:_MOST_CLASSES]
    for first in range(0, len(classes), 10):
        yield " ".join(classes[first : first + 10])
    for found in _PROPERTY.finditer(masked):
        yield found[0].strip()
