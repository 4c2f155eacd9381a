"""Files as a model can be shown them: their text, what they offer and use, and how many tokens each takes.

Contents never change, so what was worked out about one is kept by its hash; many are read at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from agents import symbols, tokens
from projects.services import files
from projects.store.trees import Entry, Manifest

# More than this is no reading matter, and locks are for tools.
MOST_BYTES = 200_000
_FOR_TOOLS = ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock")
# The path, its tags and the line breaks around it.
_FRAME = 24
_KEPT = 8192


class Sheet(NamedTuple):
    """`text` is what is put before the model; `weight` its tokens."""

    text: str
    weight: int


class Study(NamedTuple):
    """`weight` is None of what is no text."""

    weight: int | None
    outline: symbols.Outline


_NOTHING = Study(None, symbols.Outline())
_lock = threading.Lock()
_studies: OrderedDict[tuple[str, str], Study] = OrderedDict()


def study(manifest: Manifest, paths: Iterable[str]) -> None:
    """Read those that nobody has read yet, a few at a time in memory."""
    new = {path: manifest[path] for path in paths if is_readable(manifest, path)}
    with _lock:
        new = {path: entry for path, entry in new.items() if _key(path, entry) not in _studies}
    for file in files.read_all(new):
        _keep(_key(file.path, new[file.path]), _read(file.path, file.content))


def weight(manifest: Manifest, path: str) -> int | None:
    """Tokens of all of it; None where there is no text to be shown."""
    found = _studied(manifest, path).weight
    return None if found is None else found + _FRAME


def whole(manifest: Manifest, path: str) -> str:
    """Of a file that has a weight."""
    return f'<file path="{path}">\n{files.text_of(files.read(manifest, path))}\n</file>'


def outlined(manifest: Manifest, path: str) -> Sheet | None:
    """None where it offers nothing that anybody can read."""
    exports = _studied(manifest, path).outline.exports
    if not exports:
        return None
    text = f'<symbols path="{path}">\n' + "\n".join(exports) + "\n</symbols>"
    return Sheet(text, tokens.count(text) + 2)


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
    named = (symbols.resolve(path, name, manifest) for name in _studied(manifest, path).outline.imports)
    return tuple(dict.fromkeys(one for one in named if one))


def _studied(manifest: Manifest, path: str) -> Study:
    if not is_readable(manifest, path):
        return _NOTHING
    key = _key(path, manifest[path])
    with _lock:
        known = _studies.get(key)
    return known or _keep(key, _read(path, files.read(manifest, path)))


def _read(path: str, content: bytes) -> Study:
    text = files.text_of(content)
    return _NOTHING if text is None else Study(tokens.count(text), symbols.read(path, text))


def _keep(key: tuple[str, str], study_: Study) -> Study:
    with _lock:
        _studies[key] = study_
        while len(_studies) > _KEPT:
            _studies.popitem(last=False)
    return study_


def _key(path: str, entry: Entry) -> tuple[str, str]:
    """The same content may be read in another way under another name."""
    return entry.sha256, symbols.suffix(path)
