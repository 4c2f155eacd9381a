"""Which file of a tree is meant by the name it is imported by."""

import posixpath
from collections.abc import Collection, Iterator
from typing import Final

_ENDINGS: Final = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".css", ".scss", ".json", ".vue", ".svelte")
_INDEX: Final = ("index.ts", "index.tsx", "index.js", "index.jsx")
# What is built from TypeScript may be named as it will be.
_BUILT: Final = {".js": (".ts", ".tsx"), ".jsx": (".tsx",)}


def resolve(path: str, name: str, tree: Collection[str]) -> str:
    """The path, or nothing when it is none of the tree's."""
    candidates = _modules(path, name) if path.endswith(".py") else _files(path, name)
    return next((one for one in candidates if one in tree and one != path), "")


def _files(path: str, name: str) -> Iterator[str]:
    folder = posixpath.dirname(path)
    for root in _roots(folder, name):
        place = posixpath.normpath(root).lstrip("/")
        yield from (f"{place}{ending}" for ending in _ENDINGS)
        yield from (f"{place}/{index}" for index in _INDEX)
        stem, ending = posixpath.splitext(place)
        yield from (f"{stem}{source}" for source in _BUILT.get(ending, ()))


def _roots(folder: str, name: str) -> Iterator[str]:
    if name.startswith(("@/", "~/")):
        yield f"src/{name[2:]}"
    elif name.startswith("/"):
        yield name[1:]
        yield f"public{name}"
    else:
        yield f"{folder}/{name}"


def _modules(path: str, name: str) -> Iterator[str]:
    dots = len(name) - len(name.lstrip("."))
    parts, folder = name.strip(".").replace(".", "/"), posixpath.dirname(path)
    for _ in range(dots - 1):
        folder = posixpath.dirname(folder)
    for root in (folder,) if dots else ("", folder):
        place = posixpath.join(root, parts) if parts else root
        yield f"{place}.py"
        yield posixpath.join(place, "__init__.py")
