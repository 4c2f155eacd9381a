"""New versions into a repository, as one pack that git checks while it takes it in."""

from collections.abc import Iterator
from pathlib import Path

from projects import errors
from projects.git import naming, packs, program
from projects.git.packs import Piece
from projects.models import Blob, Project

SECONDS = 300
BATCH = 50


def add(project: Project, folder: Path, *, after: int, upto: int) -> str:
    """All objects of these versions; what git calls the last of them."""
    before = naming.parents_before(project, after=after, upto=upto)
    seen = {oid for oid, _ in naming.trees_of(project, before)}
    made: dict[str, Piece] = {}
    contents: dict[str, str] = {}
    last = ""
    for version in naming.versions(project, after=after, upto=upto):
        contents.update({oid: sha256 for oid, sha256 in version.contents.items() if oid not in seen})
        made.update({oid: packs.piece("tree", raw) for oid, raw in version.folders.items() if oid not in seen})
        seen.update(version.contents, version.folders)
        made[version.oid] = packs.piece("commit", version.commit)
        last = version.oid
    _take_in(folder, made, contents)
    return last


def _take_in(folder: Path, made: dict[str, Piece], contents: dict[str, str]) -> None:
    def pieces() -> Iterator[Piece]:
        yield from _blobs(sorted(contents.values()))
        yield from made.values()

    for left in (folder / "objects" / "pack").glob("tmp_*"):
        left.unlink()  # of one that was killed: nobody else writes here now
    # Many names of git's may not be one content of ours, so both are counted by content.
    count = len(set(contents.values())) + len(made)
    said = program.run("index-pack", "--stdin", folder=folder, seconds=SECONDS, feed=packs.write(pieces(), count))
    name = said.decode().split()[-1]
    lost = {*made, *contents} - packs.names_in(folder / "objects" / "pack" / f"pack-{name}.idx")
    if lost:
        raise errors.Corrupt(f"{len(lost)} contents do not match their names any more.")


def _blobs(hashes: list[str]) -> Iterator[Piece]:
    for start in range(0, len(hashes), BATCH):
        batch = hashes[start : start + BATCH]
        found = Blob.objects.in_bulk(batch)
        for sha256 in batch:
            if sha256 not in found:
                raise errors.Corrupt(f"The content {sha256[:12]} is missing.")
            yield Piece("blob", found[sha256].size, bytes(found[sha256].content))
