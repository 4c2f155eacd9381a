"""Change sets: opened, staged into, and applied or rejected. The only road to a new version.

Lock order: Project, then ChangeSet. Merges are computed outside the lock and the head compared inside it.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from projects import errors, feed, signals
from projects.enums import AuthorKind, ChangeSetState
from projects.events import ChangesetApplied, ChangesetOpened, ChangesetSuperseded
from projects.models import Branch, Change, ChangeSet, Project, User, Version
from projects.services import applying, choosing, staging, writing
from projects.services.applying import Plan, Rest
from projects.services.choosing import Pick
from projects.store.trees import Manifest

# Each failed try means that somebody else's succeeded.
TRIES = 50


def open(  # noqa: A001 - the verb is what it is; callers write changesets.open
    *, branch: Branch, author_kind: AuthorKind, by: User | None = None, job_ref: UUID | None = None, title: str = ""
) -> ChangeSet:
    """A new change set over the branch's head; a job gets the open one it already has."""
    with transaction.atomic():
        project = writing.lock(branch.project_id)
        own = ChangeSet.objects.filter(branch=branch, job_ref=job_ref, state=ChangeSetState.OPEN)
        if job_ref and (existing := own.first()):
            return existing
        changeset = ChangeSet.objects.create(
            project=project,
            branch=branch,
            branch_name=branch.name,
            base_id=writing.head_of(branch),
            author_kind=author_kind,
            author=by,
            job_ref=job_ref,
            title=title[:200],
        )
        tell(changeset, "changeset_opened", naming(changeset), by=by)
    return changeset


def stage(
    changeset: ChangeSet, path: str, content: bytes | None, *, executable: bool = False, expected: str | None = None
) -> Change:
    """Put one file into the change set (None = delete it); the last stage of a path wins.

    `expected` is the hash its writer saw ("" for none); what somebody else staged meanwhile is not written over.
    """
    new = None if content is None else staging.Content(content, executable)
    seen = {} if expected is None else {path: expected}
    [kept] = stage_all(changeset, [(path, new)], expected=seen)
    return kept


def stage_all(
    changeset: ChangeSet,
    changes: Iterable[tuple[str, staging.Content | None]],
    *,
    expected: Mapping[str, str] | None = None,
) -> list[Change]:
    """Many files at once: all of them, or none and the reason."""
    packed = staging.pack(changes)
    with transaction.atomic():
        return staging.put(locked_open(changeset), packed, expected=expected)


def propose(
    branch: Branch,
    changes: Iterable[tuple[str, staging.Content | None]],
    *,
    by: User,
    title: str,
    note: str = "",
    expected: Mapping[str, str] | None = None,
) -> ChangeSet:
    """A person's change set with all that is in it, for others to decide about."""
    packed = staging.pack(changes)
    with transaction.atomic():
        changeset = open(branch=branch, author_kind=AuthorKind.USER, by=by, title=title)
        changeset.note = note
        changeset.save(update_fields=["note"])
        staging.put(changeset, packed, expected=expected)
    return changeset


def apply(
    changeset: ChangeSet,
    *,
    by: User | None = None,
    message: str,
    expected: Mapping[str, str] | None = None,
    pick: Pick | None = None,
    seen: int | None = None,
) -> Version:
    """Make a Version of it and move the head; applied already: the version it became, unless some of it was picked.

    `expected` says which hash its writer saw at a path ("" for none); `pick` takes some of it alone; `seen` is the
    revision that was looked at.
    """
    check_free(changeset)
    for plan in islice(plans(changeset, expected=expected, pick=pick, seen=seen), writing.FREE_TRIES):
        version = write(changeset, plan, by=by, message=message)
        if version is not None:
            return version
    # Overtaken again and again: now the others wait, and nobody is told to come back later.
    with transaction.atomic():
        writing.lock(changeset.project_id)
        plan = next(plans(changeset, expected=expected, pick=pick, seen=seen))
        version = write(changeset, plan, by=by, message=message)
    if version is None:
        raise errors.Busy("Others keep changing this project. Please try again.")
    return version


def plans(
    changeset: ChangeSet,
    *,
    expected: Mapping[str, str] | None = None,
    pick: Pick | None = None,
    seen: int | None = None,
) -> Iterator[Plan]:
    """What applying it would write, each time anew over what others did since; for `write`.

    1. Without a lock: read the head, join the changes with it, keep new contents.
    2. The caller takes the project's lock and calls `write`: if head and changes are still those
       of the plan, everything is written.
    3. Otherwise somebody was faster: the next plan is made over what they made.
    """
    for _ in range(TRIES):
        # Asked before planning: over what others did since, an applied set may look like a conflict.
        is_applied = ChangeSet.objects.filter(pk=changeset.pk, state=ChangeSetState.APPLIED).exists()
        if is_applied:
            _check_whole(changeset, pick)
            yield applying.NOTHING
        else:
            yield applying.plan(changeset, expected=expected, pick=pick, seen=seen)


def _check_whole(changeset: ChangeSet, pick: Pick | None) -> None:
    """Who picked some of a set that is applied already would be told of what others picked."""
    if pick is None:
        return
    fresh = ChangeSet.objects.select_related("applied_as").defer("applied_as__manifest").get(pk=changeset.pk)
    number = fresh.applied_as.number if fresh.applied_as else 0
    following = fresh.followers.filter(state=ChangeSetState.OPEN).first()
    rest = f"What was left goes on as {following} ({following.pk})." if following else "Nothing of it is left."
    raise errors.Closed(f"This change became version {number} already. {rest}")


def check_free(changeset: ChangeSet) -> None:
    """Before somebody decides about it: whoever is still at work on it may refuse."""
    if changeset.job_ref:
        signals.changeset_deciding.send(sender=Project, project=changeset.project, changeset=changeset)


def reject(changeset: ChangeSet, *, by: User | None, seen: int | None = None) -> None:
    """Turn it down; what it staged stays readable. `seen` is the revision that was looked at."""
    with transaction.atomic():
        writing.lock(changeset.project_id)
        fresh = locked_open(changeset)
        applying.check_seen(fresh, seen)
        _move(fresh, changeset, ChangeSetState.REJECTED, None)
        payload = naming(fresh)
        tell(fresh, "changeset_rejected", payload, by=by)
        _let_go(fresh)


def supersede(changeset: ChangeSet, successor: ChangeSet, *, by: User | None) -> None:
    """Another change set took its place."""
    with transaction.atomic():
        writing.lock(changeset.project_id)
        fresh = locked_open(changeset)
        _move(fresh, changeset, ChangeSetState.SUPERSEDED, None)
        payload: ChangesetSuperseded = {**naming(fresh), "successor": str(successor.pk)}
        tell(fresh, "changeset_superseded", payload, by=by)
        _let_go(fresh)


def _let_go(changeset: ChangeSet) -> None:
    send = signals.changeset_closed.send
    transaction.on_commit(partial(send, sender=Project, project=changeset.project, changeset=changeset))


def working_manifest(changeset: ChangeSet) -> Manifest:
    """The tree as its author sees it: the base with the changes over it, or what it was applied as."""
    fresh = ChangeSet.objects.only("base_id", "applied_as_id").get(pk=changeset.pk)
    return applying.tree_of(fresh.applied_as_id) if fresh.applied_as_id else applying.working_tree(fresh)


def locked_open(changeset: ChangeSet) -> ChangeSet:
    rows = ChangeSet.objects.select_for_update(no_key=True, of=("self",)).select_related("project")
    fresh = rows.get(pk=changeset.pk)
    if fresh.state != ChangeSetState.OPEN:
        raise errors.Closed(f"This change set is {fresh.get_state_display().lower()}.")
    if fresh.branch_id is None:
        raise applying.without_branch(fresh)
    return fresh


def write(changeset: ChangeSet, plan: Plan, *, by: User | None, message: str) -> Version | None:
    """Everything that an apply changes, in one transaction; None if the plan is out of date."""
    with transaction.atomic():
        writing.lock(changeset.project_id)
        rows = ChangeSet.objects.select_for_update(no_key=True, of=("self",)).select_related("applied_as")
        if done := rows.defer("applied_as__manifest").get(pk=changeset.pk).applied_as:
            _check_whole(changeset, plan.pick)
            return done
        fresh = locked_open(changeset)
        branch = applying.branch_of(fresh)
        if branch.head_id != plan.head_id or choosing.staged(fresh.pk) != plan.staged:
            return None
        version = branch.head
        if plan.differences or fresh.merges_id:
            version = _make_version(branch, fresh, plan, by=by, message=message)
        if version is None:
            raise errors.Empty("There is nothing to apply.")
        _move(fresh, changeset, ChangeSetState.APPLIED, version)
        payload = _story(fresh, version, plan.summary, message)
        tell(fresh, "changeset_applied", payload, by=by)
        if plan.rest:
            _go_on(fresh, branch, version, plan.rest, by=by)
    return version


def _make_version(branch: Branch, changeset: ChangeSet, plan: Plan, *, by: User | None, message: str) -> Version:
    is_by_person = changeset.author_kind == AuthorKind.USER
    version = writing.add_version(
        changeset.project,
        plan.tree,
        parents=[parent for parent in (branch.head_id, changeset.merges_id) if parent],
        author_kind=changeset.author_kind,
        author_line=writing.author_line((changeset.author or by) if is_by_person else None),
        message=message,
        job_ref=changeset.job_ref,
    )
    writing.move_head(branch, version, plan.differences)
    return version


def _go_on(changeset: ChangeSet, branch: Branch, version: Version, rest: Rest, *, by: User | None) -> None:
    """What nobody decided about waits in a change set of its own; nothing is lost."""
    following = ChangeSet.objects.create(
        project=changeset.project,
        branch=branch,
        branch_name=branch.name,
        base_id=changeset.base_id if rest.is_over_old_base else version.pk,
        author_kind=changeset.author_kind,
        author=changeset.author,
        title=changeset.title,
        note=changeset.note,
        job_ref=changeset.job_ref,
        follows=changeset,
    )
    staging.put_changes(following, rest.changes, decided=rest.decided)
    tell(following, "changeset_opened", naming(following), by=by)


def _move(fresh: ChangeSet, given: ChangeSet, state: ChangeSetState, version: Version | None) -> None:
    fresh.state, fresh.applied_as = state, version
    fresh.save(update_fields=["state", "applied_as"])
    given.state, given.applied_as = state, version


def tell(changeset: ChangeSet, kind: str, payload: Mapping[str, Any], *, by: User | None) -> None:
    """A fact about it, for whoever looks at its branch."""
    job_ref, branch_id = changeset.job_ref, changeset.branch_id
    feed.record(changeset.project, kind, payload, actor=by, job_ref=job_ref, branch_id=branch_id)


def naming(changeset: ChangeSet) -> ChangesetOpened:
    return {
        "changeset": str(changeset.pk),
        "branch": changeset.branch_name,
        "title": changeset.title,
        "author_kind": changeset.author_kind,
    }


def _story(changeset: ChangeSet, version: Version, summary: applying.Summary, message: str) -> ChangesetApplied:
    return {
        **naming(changeset),
        "message": message,
        "version": version.number,
        "version_id": str(version.pk),
        "files": summary.files,
        "count": summary.count,
        "added": summary.added,
        "removed": summary.removed,
    }
