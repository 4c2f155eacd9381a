"""Versions as commits: what git calls each, and the bytes behind the name. The same on every host, for ever."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from projects import errors
from projects.git import objects
from projects.git.objects import Item
from projects.models import Blob, Parentage, Project, Version

AT_ONCE = 10
ASKED_AT_ONCE = 500
# Somebody may have pushed the very commit that a version would have become; then the mark is said differently.
MARKS = ("{number}", "{number}.1", "{number}.2")


class Named(NamedTuple):
    """A version and its commit, its folders by name, and the contents that no version before it had."""

    id: UUID
    number: int
    oid: str
    commit: bytes
    folders: dict[str, bytes]
    contents: dict[str, str]  # the blobs' sha256 by git's name


def versions(project: Project, *, after: int, upto: int, among: Collection[UUID] | None = None) -> Iterator[Named]:
    """In order of their numbers; a version that had no name has one when it is given out.

    `among`: these alone. What they came from is among them too, or has a name already.
    """
    parents = _parents(project)
    named_before = Version.objects.filter(project=project).exclude(commit_oid=None)
    oids = {version: oid for version, oid in named_before.values_list("pk", "commit_oid") if oid}
    items = Items()
    rows = Version.objects.filter(project=project, number__gt=after, number__lte=upto).order_by("number")
    if among is not None:
        rows = rows.filter(pk__in=among)
    for start in range(after, upto, AT_ONCE):
        chunk = []
        for version in rows.filter(number__gt=start, number__lte=start + AT_ONCE):
            named = _name(version, [oids[parent] for parent in parents.get(version.pk, [])], oids, items)
            oids[named.id] = named.oid
            chunk.append(named)
        _keep(chunk)
        yield from chunk


def trees_of(project: Project, ids: Iterable[UUID]) -> Iterator[tuple[str, str]]:
    """(name of a blob or folder, its blob's sha256 or nothing) of everything in these versions' trees."""
    items = Items()
    for manifest in Version.objects.filter(project=project, pk__in=list(ids)).values_list("manifest", flat=True):
        files, contents = items.of(manifest)
        yield from contents.items()
        yield from ((name, "") for name in objects.write_tree(files)[1])


def parents_before(project: Project, *, after: int, upto: int) -> set[UUID]:
    """What the versions between these numbers came from and is not among them."""
    born = Parentage.objects.filter(version__project=project, version__number__gt=after, version__number__lte=upto)
    return set(born.filter(parent__number__lte=after).values_list("parent_id", flat=True))


def _parents(project: Project) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    rows = Parentage.objects.filter(version__project=project).order_by("position")
    for child, parent in rows.values_list("version_id", "parent_id"):
        found.setdefault(child, []).append(parent)
    return found


def _name(version: Version, parents: list[str], taken: Mapping[UUID, str], items: "Items") -> Named:
    files, contents = items.of(version.manifest)
    root, folders = objects.write_tree(files)
    commit = _commit(version, root, parents, taken)
    oid = objects.name("commit", commit)
    return Named(version.pk, version.number, oid, commit, folders, contents)


def _commit(version: Version, root: str, parents: list[str], taken: Mapping[UUID, str]) -> bytes:
    """As it was pushed, or made from what the row says; the row's own name decides between marks."""
    if version.raw_commit is not None:
        return bytes(version.raw_commit)
    for mark in MARKS:
        commit = objects.write_commit(
            tree=root,
            parents=parents,
            author_line=version.author_line,
            at=version.created_at,
            mark=mark.format(number=version.number),
            message=version.message,
        )
        oid = objects.name("commit", commit)
        if oid == version.commit_oid or (version.commit_oid is None and oid not in taken.values()):
            return commit
    raise errors.Corrupt(f"Version {version.number} is no longer what git calls {version.commit_oid}.")


def _keep(chunk: list[Named]) -> None:
    """Two hosts may work them out at once, and come to the same."""
    unnamed = Version.objects.filter(commit_oid=None)
    missing = set(unnamed.filter(pk__in=[named.id for named in chunk]).values_list("pk", flat=True))
    if not missing:
        return
    with transaction.atomic():
        for named in chunk:
            if named.id in missing:
                unnamed.filter(pk=named.id).update(commit_oid=named.oid)


class Items:
    """Git's names of contents, remembered over many trees that have most of them in common."""

    def __init__(self) -> None:
        # Without and with leave to be executed; the same few objects for all trees.
        self._items: tuple[dict[str, Item], dict[str, Item]] = ({}, {})
        self._given: set[str] = set()

    def of(self, manifest: Mapping[str, list[Any]]) -> tuple[dict[str, Item], dict[str, str]]:
        """The files of a stored tree, and those contents that no tree before it had, by git's names."""
        hashes = {line[0] for line in manifest.values()}
        fresh = hashes - self._given
        self._given |= fresh
        self._learn(fresh)
        plain, programs = self._items
        try:
            files = {path: (programs if line[2] else plain)[line[0]] for path, line in manifest.items()}
        except KeyError as missing:
            raise errors.Corrupt(f"The content {missing.args[0][:12]} is missing.") from None
        return files, {plain[sha256].oid: sha256 for sha256 in fresh}

    def _learn(self, wanted: set[str]) -> None:
        left = sorted(wanted)
        for start in range(0, len(left), ASKED_AT_ONCE):
            rows = Blob.objects.filter(sha256__in=left[start : start + ASKED_AT_ONCE])
            for sha256, oid in rows.values_list("sha256", "git_oid"):
                for executable, items in enumerate(self._items):
                    items[sha256] = Item(oid, bool(executable))
