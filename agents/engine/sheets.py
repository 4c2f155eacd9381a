"""Files as a model can be shown them: their text, what they offer and use, and how many tokens each takes.

Contents never change, so what was worked out about one is kept by its hash.
"""

import functools
from collections.abc import Iterable
from typing import NamedTuple

from agents import symbols, tokens
from projects.services import files
from projects.store.trees import Manifest

# More than this is no reading matter, and locks are for tools.
MOST_BYTES = 200_000
_FOR_TOOLS = ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock")
# The path, its tags and the line breaks around it.
_FRAME = 24


class Sheet(NamedTuple):
    """`text` is what is put before the model; `weight` its tokens."""

    text: str
    weight: int


def whole(manifest: Manifest, path: str) -> Sheet | None:
    """None where there is no text to be shown."""
    text = _text(manifest, path)
    if text is None:
        return None
    return Sheet(f'<file path="{path}">\n{text}\n</file>', _weight(manifest[path].sha256) + _FRAME)


def outlined(manifest: Manifest, path: str) -> Sheet | None:
    """None where it offers nothing that anybody can read."""
    exports = outline(manifest, path).exports
    if not exports:
        return None
    text = f'<symbols path="{path}">\n' + "\n".join(exports) + "\n</symbols>"
    return Sheet(text, tokens.count(text) + 2)


def outline(manifest: Manifest, path: str) -> symbols.Outline:
    if not is_readable(manifest, path):
        return symbols.Outline()
    return _outline(manifest[path].sha256, symbols.suffix(path))


def neighbours(manifest: Manifest, paths: Iterable[str]) -> tuple[str, ...]:
    """What these files import, and what imports them; in that order."""
    mine = set(paths)
    into = [_meant(manifest, path) for path in sorted(mine)]
    others = (path for path in sorted(manifest) if path not in mine)
    out_of = (path for path in others if not mine.isdisjoint(_meant(manifest, path)))
    found = dict.fromkeys([*(path for some in into for path in some), *out_of])
    return tuple(path for path in found if path not in mine)


def is_readable(manifest: Manifest, path: str) -> bool:
    return manifest[path].size <= MOST_BYTES and path.rpartition("/")[2] not in _FOR_TOOLS


def _meant(manifest: Manifest, path: str) -> tuple[str, ...]:
    named = (symbols.resolve(path, name, manifest) for name in outline(manifest, path).imports)
    return tuple(dict.fromkeys(one for one in named if one))


def _text(manifest: Manifest, path: str) -> str | None:
    return files.text_of(files.read(manifest, path)) if is_readable(manifest, path) else None


@functools.lru_cache(maxsize=4096)
def _outline(sha256: str, suffix: str) -> symbols.Outline:
    return symbols.read(f"_.{suffix}", _content(sha256))


@functools.lru_cache(maxsize=4096)
def _weight(sha256: str) -> int:
    return tokens.count(_content(sha256))


def _content(sha256: str) -> str:
    return files.text_of(files.content_of(sha256) or b"") or ""
