"""Tells whether two reports are of the same fault: the same words without their numbers, at the same file. Pure."""

import hashlib
import re
from collections.abc import Sequence

# What differs from one time to the next without being another fault.
_PASSING = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+")
# Looked for where a path may begin, and not anew at each of its letters.
_PLACE = re.compile(r"""(?<![\w./@-])(?P<path>[\w./@-]+\.[A-Za-z]\w{0,4})(?:["']?,\s+line\s+|:)(?P<line>\d+)""")
_OF_PACKAGES = ("node_modules/", "site-packages/", "dist-packages/", "/usr/")


def of(title: str, lines: Sequence[str]) -> str:
    """`lines` end where it happened."""
    named = places(lines)
    told = f"{_PASSING.sub('#', title)} {named[-1][0] if named else ''}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def places(lines: Sequence[str]) -> list[tuple[str, int]]:
    """The app's own files that are named, each with its line."""
    named = [(found["path"], int(found["line"][:9])) for line in lines for found in _PLACE.finditer(line)]
    return [(path, line) for path, line in named if not any(of in path for of in _OF_PACKAGES)]
