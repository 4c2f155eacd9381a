"""A disk of a few megabytes that can be filled and emptied while something lives on it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Disk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """To the last byte; whoever freed some meanwhile is filled up, too."""
        with self._filler.open("ab", buffering=0) as filler:
            for size in (1 << 20, 4096, 1):
                with suppress(OSError):
                    while filler.write(b"x" * size) == size:
                        pass

    def make_room(self) -> None:
        self._filler.unlink()


@contextmanager
def mounted(folder: Path, *, megabytes: int = 48, options: str = "") -> Iterator[Disk]:
    """As root: it is a file system of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ",".join(filter(None, (f"size={megabytes}m", "mode=700", options)))
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], check=True, timeout=30)
    try:
        yield Disk(folder)
    finally:
        # Lazily: what is killed a moment ago may still hold a file of it.
        subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=30)
