"""A repository as one file that git clones from."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from projects.git import program

SECONDS = 300
PIECE = 64 * 1024


def write(folder: Path, *, has_main: bool) -> Iterator[bytes]:
    """Written whole before the first piece leaves, so that what fails does not look like a file."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the last piece
    try:
        # HEAD tells a clone which branch to check out.
        which = ("HEAD", "--branches") if has_main else ("--branches",)
        program.run_into(kept, "bundle", "create", "--quiet", "-", *which, folder=folder, seconds=SECONDS)
    except BaseException:
        kept.close()
        raise

    def pieces() -> Iterator[bytes]:
        with kept:
            kept.seek(0)
            while piece := kept.read(PIECE):
                yield piece

    return pieces()
