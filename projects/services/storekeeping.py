"""Whether everything that is kept is what it should be, told in sentences. Nothing is changed.

What moves while others write (heads, rows of `main`, numbers) is looked at under the project's lock.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, Min, QuerySet

from projects import errors
from projects.models import Blob, Branch, Change, ChangeSet, Checkpoint, Event, Parentage, Project, ProjectFile, Version
from projects.services import writing
from projects.store import blobs, trees
from projects.store.trees import Entry, Manifest

# Contents are unpacked one by one, and fetched until they are so many or so long.
_BATCH = 200
_BATCH_BYTES = 16 * 1024 * 1024
# So many contents of a project are known by hash and size at once.
_MOST_KNOWN = 100_000


def verify_all() -> Iterator[str]:
    """Every content, and every project."""
    yield from contents(_all_sizes())
    for project in Project.objects.select_related("owner").order_by("pk").iterator(chunk_size=_BATCH):
        yield from structure(project)


def verify(project: Project) -> Iterator[str]:
    """One project with all its contents: those of its versions, and those that only its change sets name."""
    yield from structure(project)
    seen: set[str] = set()
    for names in chain(_named_by_versions(project), _named_by_changes(project)):
        fresh = names - seen
        seen = (seen | fresh) if len(seen) < _MOST_KNOWN else fresh
        yield from contents(_sizes(fresh))


def _named_by_versions(project: Project) -> Iterator[set[str]]:
    for _, manifest in _manifests(project):
        yield {entry.sha256 for entry in manifest.values()}


def _named_by_changes(project: Project) -> Iterator[set[str]]:
    """What was proposed, turned down or still waits."""
    last = 0
    rows = Change.objects.filter(changeset__project=project).order_by("pk").values_list("pk", "before", "after")
    while found := list(rows.filter(pk__gt=last)[:5000]):
        yield {sha256 for _, *sides in found for sha256 in sides if sha256}
        last = found[-1][0]


def contents(sizes: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Of each of these (hash, size): whether the bytes are those of its hash, its size and git's name."""
    batch: list[str] = []
    length = 0
    for sha256, size in sizes:
        if batch and (len(batch) == _BATCH or length + size > _BATCH_BYTES):
            yield from _read(batch)
            batch, length = [], 0
        batch.append(sha256)
        length += size
    yield from _read(batch)


def _read(batch: list[str]) -> Iterator[str]:
    for blob in Blob.objects.filter(pk__in=batch).order_by("pk"):
        try:
            content = blobs.opened(blob)
        except errors.Corrupt as fault:
            yield str(fault)
            continue
        if len(content) != blob.size:
            yield f"The content {blob} is {len(content)} bytes long and said to be {blob.size}."
        if blobs.git_oid(content) != blob.git_oid:
            yield f"The content {blob} has another name in git than is said."


def _all_sizes() -> Iterator[tuple[str, int]]:
    last = ""
    while rows := list(Blob.objects.filter(pk__gt=last).order_by("pk").values_list("sha256", "size")[:5000]):
        yield from rows
        last = rows[-1][0]


def _sizes(hashes: set[str]) -> Iterator[tuple[str, int]]:
    ordered = sorted(hashes)
    for start in range(0, len(ordered), 500):
        rows = Blob.objects.filter(pk__in=ordered[start : start + 500])
        yield from rows.order_by("pk").values_list("sha256", "size")


def structure(project: Project) -> Iterator[str]:
    """Everything but the bytes themselves."""
    name = f"{project.owner.handle}/{project.slug}"
    for fault in (*_moving(project), *_kinship(project), *_trees(project)):
        yield f"{name}: {fault}"


def _moving(project: Project) -> list[str]:
    with transaction.atomic():
        fresh = writing.lock(project.pk)
        return [*_numbers(fresh), *_events(fresh), *_heads(fresh)]


def _numbers(project: Project) -> Iterator[str]:
    found = Version.objects.filter(project=project).aggregate(count=Count("pk"), last=Max("number"))
    if found["count"] != (found["last"] or 0):
        yield f"there are {found['count']} versions, and the newest has number {found['last']}."


def _events(project: Project) -> Iterator[str]:
    found = Event.objects.filter(project=project).aggregate(count=Count("pk"), first=Min("seq"), last=Max("seq"))
    count, first, last = found["count"], found["first"] or 1, found["last"] or 0
    if (count, first) != (last, 1):
        yield f"there are {count} events, numbered from {first} to {last}."
    if last != project.last_seq:
        yield f"the newest event has number {last}, and the project says {project.last_seq}."


def _heads(project: Project) -> Iterator[str]:
    branches = {branch.name: branch for branch in Branch.objects.filter(project=project).select_related("head")}
    if "main" not in branches:
        yield "there is no branch main."
        return
    head = branches["main"].head
    tree = trees.load(head.manifest) if head else {}
    rows = ProjectFile.objects.filter(project=project).values_list("path", "blob_id", "size", "executable")
    files = {path: Entry(sha256, size, executable) for path, sha256, size, executable in rows}
    for path, _, _ in trees.diff(tree, files):
        yield f"the files of main are not those of its head: {path}."


def _kinship(project: Project) -> Iterator[str]:
    """Whatever names a version names one of its own project, and a parent is the older."""
    strangers: Mapping[str, int] = {
        "heads of branches": _outside(Branch.objects.filter(project=project), "head"),
        "checkpoints": _outside(Checkpoint.objects.filter(project=project), "version"),
        **{
            f"change sets ({role})": _outside(ChangeSet.objects.filter(project=project), role)
            for role in ("base", "merges", "applied_as", "branch")
        },
        "parents": _outside(Parentage.objects.filter(version__project=project), "parent", "version__project"),
    }
    for what, count in strangers.items():
        if count:
            yield f"{count} {what} belong to another project."
    links = Parentage.objects.filter(version__project=project)
    for number in links.filter(parent__number__gte=F("version__number")).values_list("version__number", flat=True):
        yield f"version {number} has a parent that is not older."
    places = links.values("version__number").annotate(count=Count("pk"), last=Max("position"))
    for row in places.exclude(count=F("last") + 1):
        yield f"the parents of version {row['version__number']} are not in order."


def _outside(rows: QuerySet[Any], role: str, own: str = "project") -> int:
    found = rows.filter(**{f"{role}__isnull": False}).exclude(**{f"{role}__project": F(own)})
    return found.count()


def _trees(project: Project) -> Iterator[str]:
    known: dict[str, int] = {}
    for version, manifest in _manifests(project):
        yield from (f"{version}: {fault}" for fault in _tree(version, manifest, known))


def _tree(version: Version, manifest: Manifest, known: dict[str, int]) -> Iterator[str]:
    if trees.tree_hash(manifest) != version.tree_hash:
        yield "its tree does not match its hash."
    try:
        trees.check_tree(map(trees.check_path, manifest))
    except errors.BadPath as fault:
        yield str(fault)
    if len(known) > _MOST_KNOWN:
        known.clear()
    known.update(_sizes({entry.sha256 for entry in manifest.values()} - known.keys()))
    for path, entry in manifest.items():
        if entry.sha256 not in known:
            yield f"the content of {path} is missing."
        elif known[entry.sha256] != entry.size:
            yield f"{path} is said to be {entry.size} bytes long, and its content is {known[entry.sha256]}."


def _manifests(project: Project) -> Iterator[tuple[Version, Manifest]]:
    """Oldest first, a few at a time in memory."""
    last = 0
    rows = Version.objects.filter(project=project).order_by("number").only("number", "tree_hash", "manifest")
    while found := list(rows.filter(number__gt=last)[:10]):
        for version in found:
            yield version, trees.load(version.manifest)
        last = found[-1].number
