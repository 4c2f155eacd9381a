"""A git bundle that somebody brought: its short list of refs, and the pack behind it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from projects.git import quarantine
from projects.git.objects import Malformed
from projects.store import branchnames

MOST_LINE = 1024
MOST_REFS = 5000
MOST_BYTES = 256 * 1024**2
PIECE = 64 * 1024

_SIGNATURES = (b"# v2 git bundle\n", b"# v3 git bundle\n")
_REF = re.compile(rb"([0-9a-f]{40}) (\S+)\n\Z")
_FORMAT = b"@object-format=sha1\n"


class Brought(NamedTuple):
    """`heads`: {ref: commit}; `default`: the branch at which HEAD is, as far as that can be told."""

    heads: dict[str, str]
    default: str


def unpack(file: BinaryIO, folder: Path) -> Brought:
    """Its objects into this repository; Malformed if it is no whole bundle."""
    refs = _read_refs(file)
    quarantine.take_in(folder, _rest(file), most=MOST_BYTES)
    at = refs.pop("HEAD", "")
    named = [ref.removeprefix("refs/heads/") for ref, oid in refs.items() if oid == at]
    fitting = sorted(name for name in named if branchnames.branch_fault(name) is None)
    return Brought(refs, next((name for name in ("main", "master", *fitting) if name in fitting), ""))


def _read_refs(file: BinaryIO) -> dict[str, str]:
    if file.readline(MOST_LINE) not in _SIGNATURES:
        raise Malformed("This is not a git bundle.")
    refs: dict[str, str] = {}
    while (line := file.readline(MOST_LINE)) != b"\n":
        if line.startswith(b"-"):
            raise Malformed(
                "This bundle builds on commits that are not in it. Make it with `git bundle create … --all`."
            )
        if line == _FORMAT:
            continue
        found = _REF.match(line)
        if found is None or len(refs) >= MOST_REFS:
            raise Malformed("The list of branches in this bundle cannot be read.")
        refs[found.group(2).decode(errors="replace")] = found.group(1).decode()
    return refs


def _rest(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
