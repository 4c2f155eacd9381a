"""A project of one's own, begun where another one stands.

It gets the whole way that led there, as versions of its own: history, restoring and git work in it from the first
moment, and git calls the versions the same in both, so that they can be joined later. Contents are shared and never
copied. Who worked there, what was said, secrets, remotes and what is still open stay there.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from projects import errors, feed
from projects.git import naming
from projects.models import Branch, Parentage, Project, User, Version
from projects.services import projects, writing

# A longer way is left behind: the fork then begins with the one version.
MOST_VERSIONS = 1000
_BATCH = 20


class _Commit(NamedTuple):
    oid: str
    raw: bytes


class _Way(NamedTuple):
    """Versions, oldest first, and the commits that go with them; none where the beginning of the way is missing."""

    ids: list[UUID]
    commits: dict[UUID, _Commit]


def fork(source: Project, *, by: User, version: int | None = None, name: str = "") -> Project:
    """Of the head of `main`, or of a version by its number."""
    start = _start(source, version)
    way = _way_to(start)
    with transaction.atomic():
        project = projects.create(name=name or source.name, by=by, template=source.template)
        Project.objects.filter(pk=project.pk).update(forked_from=start)
        head = _copy(project, way)
        writing.move_head(Branch.objects.get(project=project, name="main"), head)
        feed.record(project, "project_imported", _story(source, start, head), actor=by)
    project.refresh_from_db()
    return project


def _start(source: Project, number: int | None) -> Version:
    if number is None:
        head_id = source.branches.values_list("head_id", flat=True).get(name="main")
        if head_id is None:
            raise errors.Empty("There is no version yet that a fork could begin with.")
        return Version.objects.defer("manifest").get(pk=head_id)
    found = source.versions.defer("manifest").filter(number=number).first()
    if found is None:
        raise errors.Missing(f"There is no version {number}.")
    return found


def _way_to(start: Version) -> _Way:
    """The version and all it came from, oldest first: a parent always has the lower number."""
    found = _before(start)
    if len(found) > MOST_VERSIONS:
        return _Way([start.pk], {})
    numbered = Version.objects.filter(project=start.project_id).order_by("number").values_list("pk", flat=True)
    return _Way([pk for pk in numbered if pk in found], _commits(start, found))


def _commits(start: Version, ids: set[UUID]) -> dict[UUID, _Commit]:
    """Named before they are copied: a made commit carries its number in the source, so only the source can make it."""
    named = naming.versions(start.project, after=0, upto=start.number, among=ids)
    return {version.id: _Commit(version.oid, version.commit) for version in named}


def _before(start: Version) -> set[UUID]:
    parents: dict[UUID, list[UUID]] = {}
    rows = Parentage.objects.filter(version__project=start.project_id).order_by()
    for child, parent in rows.values_list("version_id", "parent_id"):
        parents.setdefault(child, []).append(parent)
    found, looking = {start.pk}, [start.pk]
    while looking:
        new = set(parents.get(looking.pop(), ())) - found
        found |= new
        looking += new
    return found


def _copy(project: Project, way: _Way) -> Version:
    """The same trees, words, times and commits under new numbers; the last one is given back."""
    ids = way.ids
    copies: dict[UUID, Version] = {}
    for start in range(0, len(ids), _BATCH):
        batch = dict(_copies(project, ids[start : start + _BATCH], way.commits, first=start + 1))
        times = {copy.pk: copy.created_at for copy in batch.values()}
        for copy in Version.objects.bulk_create(batch.values()):
            copy.created_at = times[copy.pk]  # a version made now would not be git's
            copy.manifest = {}  # written, and too large to keep
        Version.objects.bulk_update(batch.values(), ["created_at"])
        copies |= batch
    rows = Parentage.objects.filter(version__in=ids, parent__in=ids) if len(ids) > 1 else Parentage.objects.none()
    Parentage.objects.bulk_create(
        Parentage(version=copies[row.version_id], parent=copies[row.parent_id], position=row.position)
        for row in rows.order_by()
    )
    return copies[ids[-1]]


def _copies(
    project: Project, ids: list[UUID], commits: Mapping[UUID, _Commit], *, first: int
) -> Iterator[tuple[UUID, Version]]:
    for number, version in enumerate(Version.objects.filter(pk__in=ids).order_by("number"), first):
        commit = commits.get(version.pk)
        copy = Version(
            project=project,
            number=number,
            tree_hash=version.tree_hash,
            manifest=version.manifest,
            author_kind=version.author_kind,
            author_line=version.author_line,
            message=version.message,
            commit_oid=commit and commit.oid,
            raw_commit=commit and commit.raw,
            created_at=version.created_at,
        )
        yield version.pk, copy


def _story(source: Project, start: Version, head: Version) -> dict[str, object]:
    said = f"Forked from {source.name}, version {start.number}"
    return {"source": "fork", "said": said, "versions": head.number, "files": len(start.manifest), "left_out": {}}
