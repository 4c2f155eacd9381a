"""The one place where versions are made and heads move.

Lock order: Project, then ChangeSet. Who makes versions holds the project's lock, in a transaction; what takes long is
worked out before, and written by `settle` if nobody was faster.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from projects import errors, feed, signals
from projects.enums import AuthorKind
from projects.events import BranchMoved
from projects.models import Branch, Parentage, Project, ProjectFile, User, Version
from projects.services import applying
from projects.store import trees
from projects.store.trees import Manifest

# So often something is worked out without holding anybody up.
FREE_TRIES = 4

Planned = TypeVar("Planned")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Step:
    """From one tree to the next, with its lines counted, over a head that is compared again under the lock."""

    head_id: UUID | None
    differences: list[trees.Difference]
    summary: applying.Summary


def step(head_id: UUID | None, tree: Manifest) -> Step:
    """Without a lock: counting lines takes as long as it takes."""
    differences = trees.diff(applying.tree_of(head_id), tree)
    return Step(head_id, differences, applying.summarise(differences))


def settle(
    project_id: UUID,
    *,
    plan: Callable[[], Planned],
    holds: Callable[[Planned], bool],
    write: Callable[[Planned], Done],
) -> Done:
    """1. Without a lock: `plan`. 2. Under the project's lock: `write`, if what it was planned over still `holds`.
    3. Otherwise somebody was faster: again, over what they made, and at last while all others wait.
    """
    for _ in range(FREE_TRIES):
        planned = plan()
        with transaction.atomic():
            lock(project_id)
            if holds(planned):
                return write(planned)
    with transaction.atomic():
        lock(project_id)
        return write(plan())


def head_of(branch: Branch) -> UUID | None:
    """As it is now; somebody may have deleted the branch."""
    heads = list(Branch.objects.filter(pk=branch.pk).values_list("head_id", flat=True))
    if not heads:
        raise errors.Missing(f"There is no branch {branch.name!r}.")
    return heads[0]


def lock(project_id: UUID) -> Project:
    """Whoever holds it alone gives numbers to versions and events and moves heads."""
    return Project.objects.select_for_update(no_key=True).get(pk=project_id)


def add_version(
    project: Project,
    tree: Manifest,
    *,
    parents: Iterable[UUID],
    author_kind: AuthorKind | str,
    author_line: str,
    message: str,
    job_ref: UUID | None = None,
    commit_oid: str | None = None,
    raw_commit: bytes | None = None,
) -> Version:
    """The next number; parents in order, for git's name of a version depends on it."""
    newest = Version.objects.filter(project=project).order_by("-number").values_list("number", flat=True).first()
    version = Version.objects.create(
        project=project,
        number=(newest or 0) + 1,
        tree_hash=trees.tree_hash(tree),
        manifest=trees.dump(tree),
        author_kind=author_kind,
        author_line=author_line[:200],
        message=message,
        job_ref=job_ref,
        commit_oid=commit_oid,
        raw_commit=raw_commit,
    )
    Parentage.objects.bulk_create(
        Parentage(version=version, parent_id=parent, position=position)
        for position, parent in enumerate(dict.fromkeys(parents))
    )
    applying.remember(version.pk, {path: tree[path] for path in sorted(tree)})
    return version


def author_line(author: User | None) -> str:
    """As git writes it; without a person it was Djinn."""
    if author is None:
        return "Djinn <djinn@localhost>"
    return f"{author.shown} <{author.email}>"[:200]


def move_head(branch: Branch, version: Version, differences: list[trees.Difference] | None = None) -> None:
    """The branch is at this version now; the rows of `main` and whoever runs the branch follow."""
    if differences is None:
        differences = trees.diff(applying.tree_of(branch.head_id), applying.tree_of(version.pk))
    branch.head = version
    branch.save(update_fields=["head"])
    project = version.project
    if branch.name == "main":
        _keep_files(project, differences)
    news = partial(signals.tree_changed.send, sender=Project, project=project, branch=branch, version=version)
    transaction.on_commit(news)


def fast_forward(
    branch: Branch, version: Version, to: Step, *, by: User | None, reason: str, source: str = ""
) -> Version:
    """Move the head to a version that came from it, without a version of its own; `reason` is merge or push."""
    with transaction.atomic():
        project = lock(branch.project_id)
        fresh = Branch.objects.select_related("head").defer("head__manifest", "head__raw_commit").get(pk=branch.pk)
        if fresh.head_id != to.head_id:
            raise errors.Moved(fresh.name, fresh.head.number if fresh.head else None)
        move_head(fresh, version, to.differences)
        summary = to.summary
        payload: BranchMoved = {
            "branch": fresh.name,
            "reason": reason,
            "source": source,
            "message": version.message,
            "version": version.number,
            "version_id": str(version.pk),
            "files": summary.files,
            "count": summary.count,
            "added": summary.added,
            "removed": summary.removed,
        }
        feed.record(project, "branch_moved", payload, actor=by, branch_id=fresh.pk)
    return version


def _keep_files(project: Project, differences: list[trees.Difference]) -> None:
    """The rows of `main` follow its head."""
    gone = [path for path, _, after in differences if after is None]
    for start in range(0, len(gone), 500):
        ProjectFile.objects.filter(project=project, path__in=gone[start : start + 500]).delete()
    kept = [
        ProjectFile(project=project, path=path, blob_id=after.sha256, size=after.size, executable=after.executable)
        for path, _, after in differences
        if after is not None
    ]
    ProjectFile.objects.bulk_create(
        kept,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["project", "path"],
        update_fields=["blob", "size", "executable"],
    )
