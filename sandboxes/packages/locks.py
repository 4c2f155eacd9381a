"""What npm's lock says is installed. It comes out of a box, so it is read as what anybody could have written."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

PATH = "package-lock.json"
MOST_BYTES = 2 * 1024 * 1024
_KNOWN = (2, 3)
_FOLDER = "node_modules/"
_VERSION = re.compile(r"[\w.\-+]{1,100}", re.ASCII)


def read(content: bytes) -> dict[str, str] | None:
    """Where each package stands, and its version; None for what is no lock."""
    if len(content) > MOST_BYTES:
        return None
    try:
        lock = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(lock, dict) or lock.get("lockfileVersion") not in _KNOWN:
        return None
    places = lock.get("packages")
    if not isinstance(places, dict):
        return None
    return {place: version for place, entry in places.items() if (version := _version(place, entry))}


def direct(places: dict[str, str]) -> dict[str, str]:
    """By name, of those that stand where the app itself finds them."""
    return {
        place.removeprefix(_FOLDER): version
        for place, version in places.items()
        if place.startswith(_FOLDER) and place.count(_FOLDER) == 1
    }


def without_addresses(content: bytes) -> bytes:
    """A lock goes along with its project: where something was fetched from is not told, nor obeyed, elsewhere.

    npm is asked to leave addresses out, and whatever else runs in the box may have put them in.
    """
    lock = json.loads(content)
    found = [entry for entry in _entries(lock) if _is_address(entry.get("resolved"))]
    for entry in found:
        del entry["resolved"]
    return _written(lock) if found else content


def _entries(lock: Any) -> Iterator[dict[str, Any]]:
    """Of both forms that a lock may have at once."""
    open_ones = [lock.get("packages"), lock.get("dependencies")]
    while open_ones:
        group = open_ones.pop()
        for entry in group.values() if isinstance(group, dict) else ():
            if isinstance(entry, dict):
                yield entry
                open_ones.append(entry.get("dependencies"))


def _is_address(resolved: Any) -> bool:
    """Rather than a folder of the project itself."""
    return isinstance(resolved, str) and bool(re.match(r"[A-Za-z][\w+.\-]*:|//|[^/]*@", resolved))


def settled(content: bytes, became: Mapping[str, str]) -> bytes:
    """The lock of a list in which these packages are wanted so."""
    lock = json.loads(content)
    root = lock["packages"].get("", {})
    for section in ("dependencies", "devDependencies"):
        listed = root.get(section) if isinstance(root, dict) else None
        if isinstance(listed, dict):
            root[section] = {name: became.get(name, wanted) for name, wanted in listed.items()}
    return _written(lock)


def _written(lock: Any) -> bytes:
    return (json.dumps(lock, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _version(place: str, entry: Any) -> str:
    version = entry.get("version") if isinstance(entry, dict) and place.startswith(_FOLDER) else None
    return version if isinstance(version, str) and _VERSION.fullmatch(version) else ""
