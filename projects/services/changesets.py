"""Change sets: opened, staged into, and applied or rejected. The only writer of files.

Lock order: Project, then ChangeSet. Merges are computed outside the lock and the head compared inside it.
"""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from django.db import transaction

from projects import errors, feed, signals
from projects.enums import AuthorKind, ChangeSetState, Decision
from projects.events import ChangesetApplied
from projects.models import Branch, Change, ChangeSet, Parentage, Project, ProjectFile, User, Version
from projects.services import applying
from projects.services.applying import Plan
from projects.store import blobs, trees
from projects.store.trees import Manifest

# Each failed try means that somebody else's succeeded.
TRIES = 50


def open(  # noqa: A001 - the verb is what it is; callers write changesets.open
    *, branch: Branch, author_kind: AuthorKind, by: User | None = None, job_ref: UUID | None = None, title: str = ""
) -> ChangeSet:
    """A new change set over the branch's head; a job gets the one it already has."""
    with transaction.atomic():
        project = _locked(branch.project_id)
        if job_ref and (existing := ChangeSet.objects.filter(branch=branch, job_ref=job_ref).first()):
            return existing
        changeset = ChangeSet.objects.create(
            project=project,
            branch=branch,
            base_id=Branch.objects.values_list("head_id", flat=True).get(pk=branch.pk),
            author_kind=author_kind,
            author=by,
            job_ref=job_ref,
            title=title[:200],
        )
        feed.record(project, "changeset_opened", _naming(changeset, branch), actor=by, job_ref=job_ref)
    return changeset


def stage(changeset: ChangeSet, path: str, content: bytes | None, *, executable: bool = False) -> Change:
    """Put one file into the change set (None = delete it); the last stage of a path wins."""
    applying.check_content(path, content)
    blob = None if content is None else blobs.pack(content)
    entry = None if blob is None else trees.Entry(blob.sha256, blob.size, executable)
    with transaction.atomic():
        fresh = _locked_open(changeset)
        applying.check_staged(path, entry, applying.working_tree(fresh))
        if blob is not None:
            blobs.keep(blob)
        return _put_change(fresh, path, entry)


def _put_change(changeset: ChangeSet, path: str, entry: trees.Entry | None) -> Change:
    base = applying.tree_of(changeset.base_id).get(path)
    change = Change(
        changeset=changeset,
        path=path,
        before_id=base.sha256 if base else None,
        after_id=entry.sha256 if entry else None,
        executable=entry is not None and entry.executable,
        # What was decided was decided about the content before.
        decision=Decision.UNDECIDED,
    )
    [kept] = Change.objects.bulk_create(
        [change],
        update_conflicts=True,
        unique_fields=["changeset", "path"],
        update_fields=["before", "after", "executable", "decision", "staged_at"],
    )
    return kept


def apply(changeset: ChangeSet, *, by: User | None = None, message: str) -> Version:
    """Make a Version of it and move the head; applied already: the version it became."""
    for plan in plans(changeset):
        version = write(changeset, plan, by=by, message=message)
        if version is not None:
            return version
    raise errors.Busy("Others keep changing this project. Please try again.")


def plans(changeset: ChangeSet) -> Iterator[Plan]:
    """What applying it would write, each time anew over what others did since; for `write`.

    1. Without a lock: read the head, join the changes with it, keep new contents.
    2. The caller takes the project's lock and calls `write`: if head and changes are still those
       of the plan, everything is written.
    3. Otherwise somebody was faster: the next plan is made over what they made.
    """
    for _ in range(TRIES):
        # Asked before planning: over what others did since, an applied set may look like a conflict.
        is_applied = ChangeSet.objects.filter(pk=changeset.pk, state=ChangeSetState.APPLIED).exists()
        yield applying.NOTHING if is_applied else applying.plan(changeset)


def reject(changeset: ChangeSet, *, by: User | None) -> None:
    """Turn it down; what it staged stays readable."""
    with transaction.atomic():
        project = _locked(changeset.project_id)
        fresh = _locked_open(changeset)
        _move(fresh, changeset, ChangeSetState.REJECTED, None)
        payload = _naming(fresh, fresh.branch)
        feed.record(project, "changeset_rejected", payload, actor=by, job_ref=fresh.job_ref)


def working_manifest(changeset: ChangeSet) -> Manifest:
    """The tree as its author sees it: the base with the changes over it, or what it was applied as."""
    fresh = ChangeSet.objects.only("base_id", "applied_as_id").get(pk=changeset.pk)
    return applying.tree_of(fresh.applied_as_id) if fresh.applied_as_id else applying.working_tree(fresh)


def _locked(project_id: UUID) -> Project:
    return Project.objects.select_for_update(no_key=True).get(pk=project_id)


def _locked_open(changeset: ChangeSet) -> ChangeSet:
    rows = ChangeSet.objects.select_for_update(no_key=True, of=("self",)).select_related("branch", "project")
    fresh = rows.get(pk=changeset.pk)
    if fresh.state != ChangeSetState.OPEN:
        raise errors.Closed(f"This change set is {fresh.get_state_display().lower()}.")
    return fresh


def write(changeset: ChangeSet, plan: Plan, *, by: User | None, message: str) -> Version | None:
    """Everything that an apply changes, in one transaction; None if the plan is out of date."""
    with transaction.atomic():
        project = _locked(changeset.project_id)
        rows = ChangeSet.objects.select_for_update(no_key=True, of=("self",)).select_related("applied_as")
        if done := rows.defer("applied_as__manifest").get(pk=changeset.pk).applied_as:
            return done
        fresh = _locked_open(changeset)
        branch = Branch.objects.select_related("head").defer("head__manifest").get(pk=fresh.branch_id)
        if branch.head_id != plan.head_id or applying.changes_of(fresh.pk) != plan.changes:
            return None
        version = branch.head
        if plan.differences:
            version = _make_version(branch, fresh, plan, by=by, message=message)
        if version is None:
            raise errors.Empty("There is nothing to apply.")
        _move(fresh, changeset, ChangeSetState.APPLIED, version)
        payload = _story(fresh, branch, version, plan.summary, message)
        feed.record(project, "changeset_applied", payload, actor=by, job_ref=fresh.job_ref)
    return version


def _make_version(branch: Branch, changeset: ChangeSet, plan: Plan, *, by: User | None, message: str) -> Version:
    project = changeset.project
    newest = Version.objects.filter(project=project).order_by("-number").values_list("number", flat=True).first()
    version = Version.objects.create(
        project=project,
        number=(newest or 0) + 1,
        tree_hash=trees.tree_hash(plan.tree),
        manifest=trees.dump(plan.tree),
        author_kind=changeset.author_kind,
        author_line=_author_line(changeset, by),
        message=message,
        job_ref=changeset.job_ref,
    )
    _descend(version, branch.head, changeset.merges_id)
    branch.head = version
    branch.save(update_fields=["head"])
    if branch.name == "main":
        _keep_files(project, plan.differences)
    news = partial(signals.tree_changed.send, sender=Project, project=project, branch=branch, version=version)
    transaction.on_commit(news)
    return version


def _descend(version: Version, *parents: Version | UUID | None) -> None:
    """In order: git's name for a version depends on it."""
    ids = [parent.pk if isinstance(parent, Version) else parent for parent in parents if parent is not None]
    Parentage.objects.bulk_create(
        Parentage(version=version, parent_id=parent, position=position) for position, parent in enumerate(ids)
    )


def _author_line(changeset: ChangeSet, by: User | None) -> str:
    author = changeset.author or by
    if changeset.author_kind == AuthorKind.USER and author is not None:
        return f"{author.name or author.get_short_name()} <{author.email}>"[:200]
    return "Djinn <djinn@localhost>"


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


def _move(fresh: ChangeSet, given: ChangeSet, state: ChangeSetState, version: Version | None) -> None:
    fresh.state, fresh.applied_as = state, version
    fresh.save(update_fields=["state", "applied_as"])
    given.state, given.applied_as = state, version


def _naming(changeset: ChangeSet, branch: Branch) -> dict[str, str]:
    return {
        "changeset": str(changeset.pk),
        "branch": branch.name,
        "title": changeset.title,
        "author_kind": changeset.author_kind,
    }


def _story(
    changeset: ChangeSet, branch: Branch, version: Version, summary: applying.Summary, message: str
) -> ChangesetApplied:
    return {
        "changeset": str(changeset.pk),
        "branch": branch.name,
        "title": changeset.title,
        "author_kind": changeset.author_kind,
        "message": message,
        "version": version.number,
        "version_id": str(version.pk),
        "files": summary.files,
        "count": summary.count,
        "added": summary.added,
        "removed": summary.removed,
    }
