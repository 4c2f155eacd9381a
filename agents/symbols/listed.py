"""The packages that an app says it needs, as they stand in its own list of them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

MOST: Final = 80
_MOST_LINE: Final = 100
_REQUIREMENT: Final = re.compile(r"[A-Za-z0-9][\w.\-]{0,80}+[^#;]{0,80}+")


def packages(texts: Mapping[str, str]) -> tuple[str, ...]:
    """From `package.json` and `requirements.txt`, in whichever folder; what cannot be read names none."""
    found: dict[str, None] = {}
    for path in sorted(texts):
        read = _READERS.get(path.rpartition("/")[2])
        found |= dict.fromkeys(read(texts[path]) if read else ())
    return tuple(found)[:MOST]


def is_list(path: str) -> bool:
    return path.rpartition("/")[2] in _READERS


def _of_node(text: str) -> Iterator[str]:
    try:
        named: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    for key in ("dependencies", "devDependencies"):
        listed = named.get(key) if isinstance(named, dict) else None
        for name, version in listed.items() if isinstance(listed, dict) else ():
            yield f"{name}@{version}"[:_MOST_LINE]


def _of_python(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if found := _REQUIREMENT.match(line.strip()):
            yield found[0].strip()


_READERS: Final = {"package.json": _of_node, "requirements.txt": _of_python}
