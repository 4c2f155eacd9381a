"""The states a project has been in: listed, read, compared and brought back."""

from collections.abc import Iterable
from functools import partial

from django.db.models import QuerySet

from projects import errors, feed
from projects.events import VersionRestored
from projects.models import Branch, ChangeSet, Checkpoint, Parentage, Project, User, Version
from projects.services import applying, comparing, drafts, writing
from projects.services.drafts import Draft
from projects.store import lineage
from projects.store.trees import Manifest

PER_PAGE = 50


def find(project: Project, number: int) -> Version:
    version = Version.objects.filter(project=project, number=number).defer("manifest", "raw_commit").first()
    if version is None:
        raise errors.Missing(f"There is no version {number}.")
    return version


def tree(version: Version | None) -> Manifest:
    """Its files; before the first version there are none."""
    return applying.tree_of(version.pk if version else None)


def listed(project: Project, branch: Branch | None = None) -> "QuerySet[Version]":
    """The newest first, without their trees; of one branch only what its head came from."""
    rows = Version.objects.filter(project=project).defer("manifest", "raw_commit").order_by("-number")
    if branch is None:
        return rows
    numbers = lineage.ancestors(parents(project), number_of_head(branch))
    return rows if len(numbers) == rows.count() else rows.filter(number__in=numbers)


def parents(project: Project) -> dict[int, list[int]]:
    """What came from what, by number."""
    found: dict[int, list[int]] = {}
    rows = Parentage.objects.filter(version__project=project).order_by("position")
    for number, parent in rows.values_list("version__number", "parent__number"):
        found.setdefault(number, []).append(parent)
    return found


def number_of_head(branch: Branch) -> int | None:
    head_id = writing.head_of(branch)
    return Version.objects.values_list("number", flat=True).get(pk=head_id) if head_id else None


def compare(before: Version | None, after: Version | None) -> comparing.Comparison:
    return comparing.compare(tree(before), tree(after))


def first_parent(version: Version) -> Version | None:
    """The head it followed."""
    rows = Version.objects.filter(pk__in=Parentage.objects.filter(version=version, position=0).values("parent"))
    return rows.defer("manifest", "raw_commit").first()


def restore(branch: Branch, version: Version, *, by: User | None, seen: int | None = None, label: str = "") -> Version:
    """A new version whose tree is the old one's. It replaces and merges nothing: `seen` is the number of the
    head it was decided over, and if the branch has moved since, it is refused."""
    title = f"Restore version {version.number}" + (f" ({label})" if label else "")

    def write(draft: Draft) -> Version:
        made = drafts.write(branch, draft, by=by, message=title)
        _tell(made, version, label, by=by, summary=draft.step.summary)
        return made

    plan, holds = partial(_replacement, branch, version, seen), partial(drafts.holds, branch)
    return writing.settle(branch.project_id, plan=plan, holds=holds, write=write)


def _replacement(branch: Branch, version: Version, seen: int | None) -> Draft:
    head_id = writing.head_of(branch)
    number = Version.objects.values_list("number", flat=True).get(pk=head_id) if head_id else None
    if seen is not None and seen != number:
        raise errors.Moved(branch.name, number)
    wanted = tree(version)
    step = writing.step(head_id, wanted)
    if not step.differences:
        raise errors.Empty(f"The files are those of version {version.number} already.")
    return Draft(wanted, step)


def _tell(made: Version, restored: Version, label: str, *, by: User | None, summary: applying.Summary) -> None:
    changeset = ChangeSet.objects.select_related("project").get(applied_as=made)
    payload: VersionRestored = {
        "changeset": str(changeset.pk),
        "branch": changeset.branch_name,
        "version": made.number,
        "version_id": str(made.pk),
        "restored": restored.number,
        "label": label,
        "count": summary.count,
        "added": summary.added,
        "removed": summary.removed,
    }
    feed.record(changeset.project, "version_restored", payload, actor=by, branch_id=changeset.branch_id)


def detailed(rows: Iterable[Version]) -> list[Version]:
    """With the numbers of their parents, in order, and the checkpoints on them; at two queries for all."""
    found = {version.pk: version for version in rows}
    for version in found.values():
        version.origins, version.labelled = [], []
    parentage = Parentage.objects.filter(version__in=found).order_by("position")
    for pk, number in parentage.values_list("version_id", "parent__number"):
        found[pk].origins.append(number)
    for checkpoint in Checkpoint.objects.filter(version__in=found):
        found[checkpoint.version_id].labelled.append(checkpoint)
    return list(found.values())
