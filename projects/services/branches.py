"""Lines of versions beside `main`: begun anywhere, compared, merged back and deleted."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import Case, QuerySet, When

from projects import errors, feed, signals
from projects.enums import AuthorKind, ChangeSetState
from projects.events import BranchCreated, BranchDeleted
from projects.models import Branch, ChangeSet, Project, User, Version
from projects.services import applying, changesets, comparing, staging, versions, writing
from projects.services.writing import Step
from projects.store import branchnames, lineage, trees
from projects.store.trees import Manifest

MAIN = "main"
MOST = 200


@dataclass(frozen=True)
class Standing:
    """A branch beside `main`: how many versions it has that `main` lacks, and the other way round."""

    branch: Branch
    ahead: int
    behind: int


class Looked(NamedTuple):
    """What somebody saw who merges: the numbers of both heads, 0 for none."""

    source: int
    into: int


@dataclass(frozen=True)
class Joining:
    """What a merge will write, over both heads as they were read: a step, or what was `brought` over a base."""

    source: Branch
    into: Branch
    base: Version | None = None
    brought: Sequence[trees.Difference] = ()
    step: Step | None = None


def of_project(project: Project) -> "QuerySet[Branch]":
    """`main` first, then by name; with heads, without their trees."""
    rows = Branch.objects.filter(project=project).select_related("head", "created_by", "project__owner")
    return rows.defer("head__manifest", "head__raw_commit").order_by(Case(When(name=MAIN, then=0), default=1), "name")


def find(project: Project, name: str = MAIN) -> Branch:
    found = of_project(project).filter(name=name).first()
    if found is None:
        raise errors.Missing(f"There is no branch {name!r}.")
    return found


def standings(project: Project) -> list[Standing]:
    parents, rows = versions.parents(project), list(of_project(project))
    main = next((number_of(row) for row in rows if row.name == MAIN), None)
    return [Standing(row, *lineage.apart(parents, number_of(row), main)) for row in rows]


def standing(project: Project, name: str) -> Standing:
    found = next((one for one in standings(project) if one.branch.name == name), None)
    if found is None:
        raise errors.Missing(f"There is no branch {name!r}.")
    return found


def number_of(branch: Branch) -> int | None:
    return branch.head.number if branch.head else None


def create(project: Project, name: str, *, by: User | None, at: Version | None = None) -> Branch:
    """At a version, or where `main` is; with the stack of the branch that stands there."""
    with transaction.atomic():
        writing.lock(project.pk)
        head = at or find(project).head
        there = Branch.objects.filter(project=project, head=head, head__isnull=False).exclude(template="").first()
        return create_at(project, name, head, by=by, template=there.template if there else "")


def create_at(project: Project, name: str, head: Version | None, *, by: User | None, template: str = "") -> Branch:
    """Or empty, as `main` once was. `template` is the stack of what stands there, where it is not the project's."""
    with transaction.atomic():
        writing.lock(project.pk)
        _check_name(name, Branch.objects.filter(project=project).values_list("name", flat=True))
        branch = Branch.objects.create(project=project, name=name, head=head, template=template, created_by=by)
        payload: BranchCreated = {"branch": name, "version": head.number if head else None}
        feed.record(project, "branch_created", payload, actor=by)
    return branch


def _check_name(name: str, others: "QuerySet[Branch, str]") -> None:
    """As git takes it, and beside what is there: its branches are files in folders."""
    fault = branchnames.branch_fault(name)
    if fault:
        raise errors.BadName(f"A branch cannot be called {name!r}: {fault}.")
    taken = set(others)
    if len(taken) >= MOST:
        raise errors.TooLarge(f"A project has at most {MOST} branches. Delete one you no longer need.")
    for other in sorted(taken):
        if other == name:
            raise errors.BadName(f"There is a branch {name!r} already.")
        if other.startswith(f"{name}/") or name.startswith(f"{other}/"):
            raise errors.BadName(f"There is a branch {other!r}, so none can be called {name!r}.")


def delete(branch: Branch, *, by: User | None, seen: int | None = None) -> None:
    """The name goes; its versions stay, in the history of all. Whoever works on it may refuse.

    `seen` is the number of its head as it was looked at, 0 for none.
    """
    if branch.name == MAIN:
        raise errors.Protected("The branch 'main' stays: it is what the project is.")
    with transaction.atomic():
        project = writing.lock(branch.project_id)
        branch = find(project, branch.name)
        _check_head(branch, seen)
        if ChangeSet.objects.filter(branch=branch, state=ChangeSetState.OPEN).exists():
            raise errors.Protected("Changes to this branch are waiting for a decision: apply or reject them first.")
        signals.branch_deleting.send(sender=Project, project=project, branch=branch)
        name = branch.name
        branch.delete()
        payload: BranchDeleted = {"branch": name}
        feed.record(project, "branch_deleted", payload, actor=by)


def _check_head(branch: Branch, seen: int | None) -> None:
    number = number_of(branch)
    if seen is not None and seen != (number or 0):
        raise errors.Moved(branch.name, number)


def compare(branch: Branch, with_branch: Branch) -> comparing.Comparison:
    """What the branch did since the two parted: what merging it would bring."""
    base, tree = _brought(branch, with_branch)
    return comparing.compare(versions.tree(base), tree)


def merge(source: Branch, into: Branch, *, by: User | None, message: str = "", seen: Looked | None = None) -> Version:
    """Bring in what the source did: by moving the head where that is all there is to it, else by a version with
    two parents. After a conflict the change set stays open, to be resolved in a review. `seen` are the
    heads of both as they were looked at."""
    made = writing.settle(
        into.project_id,
        plan=partial(_joining, source, into, seen),
        holds=lambda one: all(writing.head_of(side) == side.head_id for side in (one.source, one.into)),
        write=partial(_join, by=by),
    )
    if isinstance(made, Version):
        return made
    return changesets.apply(made, by=by, message=message or made.title)


def _joining(source: Branch, into: Branch, seen: Looked | None) -> Joining:
    """Of the two as they are now; lines merged crosswise are joined here, before anything is locked."""
    source, into = find(into.project, source.name), find(into.project, into.name)
    if seen is not None:
        _check_head(into, seen.into)
        _check_head(source, seen.source)
    ahead, behind = lineage.apart(versions.parents(into.project), number_of(source), number_of(into))
    if not ahead or source.head is None:
        raise errors.Empty(f"{into.name!r} has everything of {source.name!r} already.")
    if not behind:
        return Joining(source, into, step=writing.step(into.head_id, versions.tree(source.head)))
    base, tree = _brought(source, into)
    return Joining(source, into, base, trees.diff(versions.tree(base), tree))


def _join(one: Joining, *, by: User | None) -> Version | ChangeSet:
    """The version where the head only has to move, otherwise a change set to be applied."""
    if one.step and one.source.head:
        _take_stack(one.source, one.into)
        return writing.fast_forward(one.into, one.source.head, one.step, by=by, reason="merge", source=one.source.name)
    return _proposal(one, by=by)


def _take_stack(source: Branch, into: Branch) -> None:
    """What stands there now is of the kind that was planned for the source."""
    if into.name != MAIN:
        Branch.objects.filter(pk=into.pk).update(template=source.template)
    elif source.template:
        Project.objects.filter(pk=into.project_id).update(template=source.template)


def _proposal(one: Joining, *, by: User | None) -> ChangeSet:
    """A change set that holds what the source did since the two parted; it follows any before it."""
    source, into = one.source, one.into
    title = f"Merge {source.name} into {into.name}"
    kind = AuthorKind.USER if by else AuthorKind.SYSTEM
    changeset = changesets.open(branch=into, author_kind=kind, by=by, title=title)
    changeset.base, changeset.merges = one.base, source.head
    changeset.save(update_fields=["base", "merges"])
    staging.put_changes(changeset, one.brought)
    elder = ChangeSet.objects.filter(branch=into, state=ChangeSetState.OPEN, merges__isnull=False, title=title)
    for older in elder.exclude(pk=changeset.pk):
        changesets.supersede(older, changeset, by=by)
    return changeset


def _brought(source: Branch, into: Branch) -> tuple[Version | None, Manifest]:
    """Over what, and the tree that the source makes of it.

    1. Where the two parted, it is the source's tree.
    2. Of lines merged crosswise there are several such places: they are merged into one that never was, as git
       does, and what comes of it stands over the head.
    3. If that is no clean merge, it is the newest such place, for people to decide.
    """
    bases = _bases(source, into)
    head, tip = versions.tree(into.head), versions.tree(source.head)
    if len(bases) > 1:
        with suppress(errors.Conflict):
            return into.head, applying.joined(_virtual(bases), head, tip)
    return (bases[0] if bases else None), tip


def _virtual(bases: list[Version]) -> Manifest:
    parents = versions.parents(bases[0].project)
    tree = versions.tree(bases[0])
    for one in bases[1:]:
        older = lineage.bases(parents, bases[0].number, one.number)
        parted = versions.find(one.project, older[0]) if older else None
        tree = applying.joined(versions.tree(parted), tree, versions.tree(one))
    return tree


def _bases(one: Branch, other: Branch) -> list[Version]:
    """Where the two parted, the newest first."""
    found = lineage.bases(versions.parents(one.project), number_of(one), number_of(other))
    return [versions.find(one.project, number) for number in found]
