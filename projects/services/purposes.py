"""What each file is for, in a line: kept with the change that wrote it, and true of the file until another one says so.

A file that was moved is known by its content. A fork knows what was said where it began.
"""

from collections.abc import Mapping

from django.db.models import Q

from projects import storable
from projects.enums import ChangeSetState
from projects.models import Change, ChangeSet, Project, Version
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
    """By path, for the files of this tree that anybody said it of."""
    said = Change.objects.filter(_known_to(changeset)).exclude(purpose="").order_by("-staged_at", "-pk")
    by_path, by_content = dict[str, str](), dict[str, str]()
    for path, sha256, purpose in said.values_list("path", "after_id", "purpose")[:_MOST_SAID]:
        by_path.setdefault(path, purpose)
        by_content.setdefault(sha256 or "", purpose)
    known = {path: by_path.get(path) or by_content.get(entry.sha256, "") for path, entry in tree.items()}
    return {path: purpose for path, purpose in known.items() if purpose}


def _known_to(changeset: ChangeSet) -> Q:
    """Its own, what was decided for, and that of the project it is a fork of, up to there."""
    taken = Q(changeset__state__in=(ChangeSetState.APPLIED, ChangeSetState.SUPERSEDED))
    known = Q(changeset=changeset) | (Q(changeset__project=changeset.project_id) & taken)
    start_id = Project.objects.values_list("forked_from_id", flat=True).get(pk=changeset.project_id)
    start = Version.objects.only("project_id", "number").filter(pk=start_id).first()
    if start is not None:
        known |= Q(changeset__project=start.project_id, changeset__applied_as__number__lte=start.number)
    return known
