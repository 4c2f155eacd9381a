"""What each file is for, in a line: kept with the change that wrote it, and true of the file until another one says so.

A file that was moved is known by its content. A branch knows what was said on the way to it, a fork what was said
where it began.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from projects import storable
from projects.enums import ChangeSetState
from projects.models import Change, ChangeSet, Parentage, Project, Version
from projects.store import lineage
from projects.store.trees import Entry

MOST: int = Change._meta.get_field("purpose").max_length or 0
# The newest so many; who says more about one project has said the older ones again.
_MOST_SAID = 4_000


def keep(changeset: ChangeSet, path: str, purpose: str) -> None:
    """Of a file that was staged just now, in the same transaction. Saying nothing leaves what was said before."""
    line = storable.name(purpose)[:MOST]
    if line:
        Change.objects.filter(changeset=changeset, path=path).update(purpose=line)


def of(changeset: ChangeSet, tree: Mapping[str, Entry]) -> dict[str, str]:
    """By path, for the files of this tree that anybody said it of: of this very content, of the path on the way that
    led here, or of the content wherever it stood. What another branch says of a path is true there.
    """
    start = _start(changeset)
    said = _said(changeset, start)
    is_here = _on_the_way(changeset, start, said)
    exact, by_path, by_content = dict[tuple[str, str], str](), dict[str, str](), dict[str, str]()
    for one in sorted(said, key=lambda one: not is_here(one)):
        exact.setdefault((one.path, one.content or ""), one.purpose)
        by_content.setdefault(one.content or "", one.purpose)
        if is_here(one):
            by_path.setdefault(one.path, one.purpose)
    known = {
        path: exact.get((path, entry.sha256)) or by_path.get(path) or by_content.get(entry.sha256, "")
        for path, entry in tree.items()
    }
    return {path: purpose for path, purpose in known.items() if purpose}


class _Said(NamedTuple):
    path: str
    content: str | None
    purpose: str
    changeset: UUID
    branch: int | None
    version: UUID | None


def _start(changeset: ChangeSet) -> Version | None:
    """Where a fork began."""
    begun = Project.objects.filter(pk=changeset.project_id).values("forked_from")
    return Version.objects.only("project_id", "number").filter(pk__in=begun).first()


def _said(changeset: ChangeSet, start: Version | None) -> list[_Said]:
    """Newest first."""
    said = Change.objects.filter(_known_to(changeset, start)).exclude(purpose="").order_by("-staged_at", "-pk")
    where = ("changeset_id", "changeset__branch_id", "changeset__applied_as_id")
    return [_Said(*row) for row in said.values_list("path", "after_id", "purpose", *where)[:_MOST_SAID]]


def _known_to(changeset: ChangeSet, start: Version | None) -> Q:
    """Its own, what was decided for, and that of the project it is a fork of, up to there."""
    taken = Q(changeset__state__in=(ChangeSetState.APPLIED, ChangeSetState.SUPERSEDED))
    known = Q(changeset=changeset) | (Q(changeset__project=changeset.project_id) & taken)
    if start is not None:
        known |= Q(changeset__project=start.project_id, changeset__applied_as__number__lte=start.number)
    return known


def _on_the_way(changeset: ChangeSet, start: Version | None, said: Iterable[_Said]) -> Callable[[_Said], bool]:
    """Whether it was said on this branch or in a version that led here: looked up only where others spoke, too."""

    def is_near(one: _Said) -> bool:
        return one.changeset == changeset.pk or (one.branch is not None and one.branch == changeset.branch_id)

    way = set[UUID]() if all(map(is_near, said)) else _way(changeset, start)
    return lambda one: is_near(one) or one.version in way


def _way(changeset: ChangeSet, start: Version | None) -> set[UUID]:
    """The versions that led to its base; of a fork, whose versions are copies, those that led to its beginning, too."""
    projects = {changeset.project_id, start.project_id if start else changeset.project_id}
    parents: dict[UUID, list[UUID]] = {}
    rows = Parentage.objects.filter(version__project__in=projects)
    for version, parent in rows.values_list("version_id", "parent_id"):
        parents.setdefault(version, []).append(parent)
    return lineage.ancestors(parents, changeset.base_id) | lineage.ancestors(parents, start.pk if start else None)
