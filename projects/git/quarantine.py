"""A place apart for objects from outside: whatever is wrong with them, the project's own repository stays as it was."""

import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from projects import errors
from projects.git import program, repository
from projects.git.objects import Malformed

SECONDS = 60
STALE_SECONDS = 3600
MOST_OBJECTS = 200_000
MOST_UNPACKED = 512 * 1024**2
# A larger object goes through without being held in memory; none of ours is as large.
BIG = "16m"
# Those of a pack are counted and checked; a server without git on it gives them out as files, one by one.
LOOSE = "The objects came one by one and not as a pack. Take an address at which git itself answers."


@contextmanager
def opened(beside: Path | None = None) -> Iterator[Path]:
    """An empty repository that sees the objects of the one beside it, and vanishes at the end."""
    with place() as folder:
        for part in ("objects/pack", "objects/info", "refs/heads"):
            (folder / part).mkdir(parents=True)
        (folder / "HEAD").write_text("ref: refs/heads/main\n")
        (folder / "config").write_text(repository.CONFIG)
        if beside is not None:
            (folder / "objects" / "info" / "alternates").write_text(f"{beside / 'objects'}\n")
        yield folder


@contextmanager
def place() -> Iterator[Path]:
    """An empty folder that vanishes at the end; if its process is killed, with one that comes later."""
    root = repository.root() / "incoming"
    root.mkdir(exist_ok=True, mode=0o700)
    _sweep(root)
    folder = root / secrets.token_hex(16)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(root: Path) -> None:
    oldest = time.time() - STALE_SECONDS
    for left in root.iterdir():
        with suppress(FileNotFoundError):  # whoever made it was done with it just now
            if left.stat().st_mtime < oldest:
                shutil.rmtree(left, ignore_errors=True)


def take_in(folder: Path, pack: Iterable[bytes], *, most: int) -> None:
    """Unpack what was sent, bounded in bytes, time and memory."""
    words = ("-c", f"core.bigFileThreshold={BIG}", "index-pack", "--stdin", "--fix-thin", f"--max-input-size={most}")
    try:
        program.run(*words, folder=folder, seconds=SECONDS, feed=pack)
    except errors.GitFailed as failed:
        raise Malformed(f"Git could not unpack what was sent: {failed.said}") from failed
    check_size(folder)


def check_size(folder: Path) -> None:
    """A small pack may hold much: all of it is counted before any of it is read."""
    if any((folder / "objects").glob("[0-9a-f][0-9a-f]/*")):
        raise Malformed(LOOSE)
    total = 0
    for pack in (folder / "objects" / "pack").glob("pack-*.idx"):
        names = program.run("show-index", folder=folder, seconds=SECONDS, feed=[pack.read_bytes()])
        oids = [line.split()[1] for line in names.splitlines()]
        if len(oids) > MOST_OBJECTS:
            raise Malformed(f"These are more than {MOST_OBJECTS} objects at once. Send them in several parts.")
        asked = b"".join(oid + b"\n" for oid in oids)
        sizes = program.run("cat-file", "--batch-check=%(objectsize)", folder=folder, seconds=SECONDS, feed=[asked])
        total += sum(map(int, sizes.split()))
    if total > MOST_UNPACKED:
        raise Malformed(f"Unpacked, this is more than {MOST_UNPACKED // 1024**2} MB. Send it in several parts.")


def check_strictly(folder: Path) -> None:
    """What git itself would warn about: names and links that hurt whoever checks them out."""
    for pack in (folder / "objects" / "pack").glob("pack-*.pack"):
        try:
            program.run("index-pack", "--strict", "--verify", str(pack), folder=folder, seconds=SECONDS)
        except errors.GitFailed as failed:
            raise Malformed(f"Git warns of what was sent: {failed.said}") from failed
