"""Commits from outside that become versions, each with the name, author and bytes it came with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from projects.enums import AuthorKind
from projects.errors import BadHistory, Fault
from projects.git import naming, quarantine
from projects.git.objects import Malformed
from projects.git.reading import Reader
from projects.imports import history
from projects.imports.history import Arrival, Limits
from projects.models import Project, Version
from projects.services import applying, writing
from projects.store import blobs
from projects.store.trees import Entry, Manifest

LIMITS = Limits(files=applying.MOST_FILES, file=applying.MOST_FILE, tree=applying.MOST_TREE)
# Contents are kept so many bytes at a time.
BATCH_BYTES = 8 * 1024**2


@dataclass(frozen=True)
class Arrived:
    """Judged and with its contents kept, but nobody's version yet; `contents` by git's names."""

    arrivals: list[Arrival]
    contents: dict[str, Entry]


def take_in(folder: Path, tips: Iterable[str], *, project: Project | None = None) -> Arrived:
    """Read what these tips of a repository bring to the project, or to one that is still to be made."""
    known = known_commits(project) if project else {}
    try:
        with Reader(folder) as reader:
            found = history.read(reader, tips, known=known, limits=LIMITS)
            quarantine.check_strictly(folder)
            contents = _contents_of_parents(project, found.arrivals, known) if project else {}
            contents.update(_kept(reader, found.sizes.keys() - contents.keys()))
    except Malformed as malformed:
        raise BadHistory([Fault("", str(malformed).rstrip("."))]) from malformed
    return Arrived(found.arrivals, contents)


def add(project: Project, arrived: Arrived) -> dict[str, UUID]:
    """Within the caller's transaction, which holds the project's lock: a version of each that is not one yet."""
    ids = known_commits(project)
    for arrival in arrived.arrivals:
        if arrival.oid not in ids:
            ids[arrival.oid] = _add(project, arrival, arrived.contents, ids).pk
    return ids


def known_commits(project: Project) -> dict[str, UUID]:
    rows = Version.objects.filter(project=project).exclude(commit_oid=None).values_list("commit_oid", "pk")
    return {oid: version for oid, version in rows if oid}


def tree_of(arrived: Arrived, oid: str) -> Manifest | None:
    """What this commit will be as a version; None if it is none of those that arrived."""
    found = next((arrival for arrival in arrived.arrivals if arrival.oid == oid), None)
    return None if found is None else _tree(found, arrived.contents)


def _add(project: Project, arrival: Arrival, contents: Mapping[str, Entry], ids: Mapping[str, UUID]) -> Version:
    return writing.add_version(
        project,
        _tree(arrival, contents),
        parents=[ids[parent] for parent in arrival.commit.parents],
        author_kind=AuthorKind.USER,
        author_line=arrival.commit.author_line,
        message=arrival.commit.message.rstrip("\n"),
        commit_oid=arrival.oid,
        raw_commit=arrival.raw,
    )


def _tree(arrival: Arrival, contents: Mapping[str, Entry]) -> Manifest:
    return {path: contents[item.oid]._replace(executable=item.executable) for path, item in arrival.files.items()}


def _contents_of_parents(project: Project, arrivals: list[Arrival], known: Mapping[str, UUID]) -> dict[str, Entry]:
    """Most of what a push holds is what was there before, and need not be read again."""
    parents = {known[parent] for arrival in arrivals for parent in arrival.commit.parents if parent in known}
    names = {sha256: oid for oid, sha256 in naming.trees_of(project, parents) if sha256}
    entries = (entry for parent in parents for entry in applying.tree_of(parent).values())
    return {names[entry.sha256]: entry for entry in entries if entry.sha256 in names}


def _kept(reader: Reader, oids: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    batch: dict[str, bytes] = {}
    for oid in sorted(oids):
        batch[oid] = reader.read(oid, "blob", LIMITS.file)
        if sum(map(len, batch.values())) >= BATCH_BYTES:
            yield from _keep(batch)
            batch = {}
    yield from _keep(batch)


def _keep(batch: Mapping[str, bytes]) -> Iterator[tuple[str, Entry]]:
    for oid, blob in zip(batch, blobs.put_all(batch.values()), strict=True):
        yield oid, Entry(blob.sha256, blob.size)
