"""package.json: what it lists, and the same file with a package more, another or one less.

Everything else in it stays: its order, its indent, the ends of its lines, a mark at its beginning.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from projects import storable
from sandboxes.packages.errors import Unusable
from sandboxes.packages.words import MOST_NAME, Declared, Wanted

PATH = "package.json"
MOST_BYTES = 1024 * 1024
MOST_LISTED = 2000
NEWEST = "latest"
_SECTIONS = ("dependencies", "devDependencies")
_MARK = b"\xef\xbb\xbf"
_INDENT = re.compile(r"\n([ \t]+)\"")


def declared(content: bytes) -> list[Declared]:
    """In the order they stand in; of a package listed twice the first, as npm takes it."""
    package = _read(content)
    found: dict[str, Declared] = {}
    for section in _SECTIONS:
        for name, version in _section(package, section).items():
            if len(name) > MOST_NAME or name != storable.name(name):
                continue  # no registry has a package of such a name
            found.setdefault(name, Declared(name, storable.text(str(version))[:200], is_dev=section != "dependencies"))
    return list(found.values())[:MOST_LISTED]


def put(content: bytes, wanted: Iterable[Wanted], *, is_dev: bool = False) -> bytes:
    """With each at this version. One that is listed stays where it is; without a version it stays as it is."""
    package = _read(content, is_for_writing=True)
    for one in wanted:
        if one.name == package.get("name"):
            raise Unusable(f"The app itself is called {one.name}, so no package of that name can be added to it.")
        there = next((section for section in _SECTIONS if one.name in _section(package, section)), None)
        if there is not None and not one.version:
            continue
        section = there or _SECTIONS[is_dev]
        listed = _section(package, section)
        package[section] = _with(listed, one.name, one.version or NEWEST)
    return _written(package, content)


def without(content: bytes, names: Iterable[str]) -> bytes:
    package = _read(content, is_for_writing=True)
    gone = set(names)
    for section in (*_SECTIONS, "optionalDependencies"):
        if gone & _section(package, section).keys():
            package[section] = {name: one for name, one in _section(package, section).items() if name not in gone}
    return _written(package, content)


def settled(content: bytes, installed: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """With the version that was installed instead of the word for the newest; and which became what.

    Of a word no lock can hold to the version it had: the next install would ask for the newest again.
    """
    words = [one.name for one in declared(content) if one.version == NEWEST and one.name in installed]
    became = {name: installed[name] if "-" in installed[name] else f"^{installed[name]}" for name in words}
    return (put(content, [Wanted(*pair) for pair in became.items()]) if became else content), became


def _with(listed: dict[str, Any], name: str, version: str) -> dict[str, Any]:
    """Among names in order it takes its place, as npm itself would put it."""
    is_in_order = list(listed) == sorted(listed)
    more = {**listed, name: version}
    return dict(sorted(more.items())) if is_in_order else more


def _read(content: bytes, *, is_for_writing: bool = False) -> dict[str, Any]:
    """What would be lost by writing it again is refused."""
    if len(content) > MOST_BYTES:
        raise Unusable("`package.json` is too large to be read.")
    pairs = _once if is_for_writing else dict
    try:
        package = json.loads(content.removeprefix(_MARK), object_pairs_hook=pairs, parse_constant=_refuse)
    except (ValueError, RecursionError) as broken:
        raise Unusable("`package.json` is not valid JSON, so its packages cannot be read.") from broken
    if not isinstance(package, dict):
        raise Unusable("`package.json` is not an object, so it lists no packages.")
    return package


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counted = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counted.items() if count > 1)
        raise Unusable(
            f"`package.json` says `{storable.name(twice)[:60]}` twice in one place. Take one of them out first."
        )
    return found


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _section(package: dict[str, Any], name: str) -> dict[str, Any]:
    section = package.get(name, {})
    if not isinstance(section, dict):
        raise Unusable(f"`{name}` in `package.json` is not an object, so it lists no packages.")
    return section


def _written(package: dict[str, Any], before: bytes) -> bytes:
    """Where nothing changed, no other form is given to it either."""
    if package == _read(before):
        return before
    text = before.removeprefix(_MARK).decode("utf-8", "replace")
    found = _INDENT.search(text)
    try:
        told = json.dumps(package, indent=found[1] if found else 2, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError) as broken:
        raise Unusable("`package.json` holds a number that cannot be written again.") from broken
    end = "" if text and not text.endswith("\n") else "\n"
    told = told.replace("\n", "\r\n") + end.replace("\n", "\r\n") if "\r\n" in text else told + end
    mark = _MARK if before.startswith(_MARK) else b""
    return mark + told.encode("utf-8", "replace")
