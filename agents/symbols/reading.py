"""Chooses the reader by a file's name, and bounds what comes of it."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, NamedTuple

from agents.symbols import pages, python, scripts, styles

# Of a longer file the beginning is read.
MOST_READ: Final = 200_000
MOST_EXPORTS: Final = 60
MOST_SIGNATURE: Final = 200
MOST_IMPORTS: Final = 100

Names = Iterable[str]
Reader = Callable[[str], tuple[Names, Names]]

_READERS: Final[dict[str, Reader]] = {
    **dict.fromkeys(("ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts", "vue", "svelte"), scripts.read),
    **dict.fromkeys(("css", "scss"), styles.read),
    **dict.fromkeys(("html", "htm"), pages.read),
    "py": python.read,
}


class Outline(NamedTuple):
    """Signatures of what it exports, and what it names as imported, each once and in their order."""

    exports: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


def read(path: str, text: str) -> Outline:
    """Empty for a kind of file that nobody here can read."""
    reader = _READERS.get(suffix(path))
    if reader is None:
        return Outline()
    exports, imports = reader(text[:MOST_READ])
    return Outline(_bounded(map(_line, exports), MOST_EXPORTS), _bounded(imports, MOST_IMPORTS))


def suffix(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2].lower()


def _bounded(names: Names, most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(islice((name for name in names if name), most)))


def _line(signature: str) -> str:
    line = " ".join(signature.split())
    return line if len(line) <= MOST_SIGNATURE else f"{line[: MOST_SIGNATURE - 1].rstrip()}…"
