"""What went wrong when an app was installed or started, small enough for a model: what matters, and its source.

What the app writes is untrusted text: it is shown to the model as a report, never as a request.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from projects.services import files
from projects.store.trees import Manifest

_MOST_LINES, _MOST_LINE = 60, 300
# At the end stands what it died of, around a complaint what it is about.
_AT_THE_END, _AROUND = 25, 2
_MOST_PLACES, _SOURCE_AROUND, _MOST_SOURCE = 4, 4, 200_000
_COMPLAINT = re.compile(
    r"error|exception|traceback|cannot|can't|failed|failure|not found|no such|unexpected|undefined|missing|conflict",
    re.IGNORECASE,
)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# src/App.tsx:12:5, File "app.py", line 3, ./main.js(4,2); looked for only where a path may begin.
_PLACE = re.compile(r"""(?<![\w./@-])(?P<path>[\w./@-]+\.[A-Za-z]\w{0,4})(?:["']?,\s+line\s+|:|\()(?P<line>\d{1,6})""")
_OF_PACKAGES = frozenset({"node_modules", "site-packages", "dist-packages"})
# What differs from one time to the next without being another error.
_PASSING = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+")


@dataclass(frozen=True)
class Report:
    """`fingerprint` is the same for the same error, however often and where it happens."""

    code: str
    title: str
    text: str
    fingerprint: str


def of(code: str, title: str, output: str, manifest: Manifest) -> Report:
    lines = _lines(output)
    told = [title, "", *_essence(lines)]
    for path, number in _places(lines, manifest):
        told += ["", f"{path}, near line {number}:", *_source(manifest, path, number)]
    return Report(code, title, "\n".join(told), _fingerprint(code, lines))


def _lines(output: str) -> list[str]:
    """Without colours; a line that repeats the one before it once."""
    found: list[str] = []
    for line in _COLOURS.sub("", output).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        shown = line.rstrip()[:_MOST_LINE]
        if shown.strip() and (not found or found[-1] != shown):
            found.append(shown)
    return found


def _essence(lines: Sequence[str]) -> list[str]:
    kept = set(range(max(0, len(lines) - _AT_THE_END), len(lines)))
    for number, line in enumerate(lines):
        if len(kept) >= _MOST_LINES:
            break
        if _COMPLAINT.search(line):
            kept |= set(range(max(0, number - _AROUND), min(len(lines), number + _AROUND + 1)))
    shown: list[str] = []
    for number in sorted(kept):
        shown += ["…"] if number and number - 1 not in kept else []
        shown.append(lines[number])
    return shown


def _places(lines: Sequence[str], manifest: Manifest) -> Iterator[tuple[str, int]]:
    """Where the app's own files are named with a line, the first places first."""
    seen: set[tuple[str, int]] = set()
    for found in (match for line in lines for match in _PLACE.finditer(line)):
        path = _path_of(found["path"], manifest)
        place = (path, int(found["line"]))
        if path and place not in seen:
            seen.add(place)
            yield place
        if len(seen) >= _MOST_PLACES:
            return


def _path_of(named: str, manifest: Manifest) -> str:
    """The file that is meant: a box has its own folder before the path. Packages have files of the same names."""
    parts = [part for part in named.split("/") if part not in {"", "."}]
    if not _OF_PACKAGES.isdisjoint(parts):
        return ""
    candidates = ("/".join(parts[start:]) for start in range(len(parts)))
    return next((path for path in candidates if path in manifest), "")


def _source(manifest: Manifest, path: str, number: int) -> list[str]:
    if manifest[path].size > _MOST_SOURCE:
        return ["(too long to show)"]
    lines = (files.text_of(files.read(manifest, path)) or "").split("\n")
    first = max(1, number - _SOURCE_AROUND)
    shown = lines[first - 1 : number + _SOURCE_AROUND]
    return [f"{'>' if at == number else ' '} {at:4} {line[:_MOST_LINE]}" for at, line in enumerate(shown, start=first)]


def _fingerprint(code: str, lines: Sequence[str]) -> str:
    complaints = [line for line in lines if _COMPLAINT.search(line)] or list(lines[-_AT_THE_END:])
    plain = sorted({_PASSING.sub("#", line).strip().lower() for line in complaints})
    return hashlib.sha256("\n".join([code, *plain]).encode()).hexdigest()[:32]
