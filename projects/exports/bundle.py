"""A repository as one file that git clones from. A small one is kept beside it as long as nothing changes."""

import hashlib
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from projects.git import program

SECONDS = 300
PIECE = 64 * 1024
HEADS = "refs/heads/"
MOST_KEPT = 4 * 1024**2


def kept(folder: Path, heads: Mapping[str, str]) -> Iterator[bytes] | None:
    """One that was written before and holds exactly this."""
    with suppress(FileNotFoundError):
        return _pieces(_place(folder, heads).open("rb"))
    return None


def write(folder: Path, heads: Mapping[str, str]) -> Iterator[bytes]:
    """Written whole before the first piece leaves, so that what fails does not look like a file."""
    written = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the last piece
    try:
        # HEAD tells a clone which branch to check out.
        which = ("HEAD", "--branches") if "main" in heads else ("--branches",)
        program.run_into(written, "bundle", "create", "--quiet", "-", *which, folder=folder, seconds=SECONDS)
        if written.tell() <= MOST_KEPT and _listed(written) == heads:
            _keep(folder, heads, written)
    except BaseException:
        written.close()
        raise
    return _pieces(written)


def _listed(file: IO[bytes]) -> dict[str, str]:
    """The branches in it, as it says itself: git reads them when it writes, and they may have moved since."""
    file.seek(0)
    file.readline()
    lines = (line.decode().rstrip("\n").split(" ", 1) for line in iter(file.readline, b"\n"))
    return {ref.removeprefix(HEADS): oid for oid, ref in lines if ref.startswith(HEADS)}


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _place(folder: Path, heads: Mapping[str, str]) -> Path:
    """Its name says what is in it: a commit has all its history in its own name."""
    told = "\n".join(f"{oid} {name}" for name, oid in sorted(heads.items()))
    return folder / f"export-{hashlib.sha256(told.encode()).hexdigest()[:32]}.bundle"


def _keep(folder: Path, heads: Mapping[str, str], written: IO[bytes]) -> None:
    """The repository may be thrown away meanwhile; then there is nothing to keep it beside."""
    place = _place(folder, heads)
    draft = place.with_name(f".{secrets.token_hex(8)}")
    with suppress(OSError):
        written.seek(0)
        draft.write_bytes(written.read())
        draft.replace(place)
        for former in set(folder.glob("export-*.bundle")) - {place}:
            former.unlink(missing_ok=True)
