"""A push of git's: commits become versions and a branch's head moves on, or nothing happens and it is said why.

1. The repository of the project is brought up to date: every version has its commit.
2. What was sent is unpacked in a place apart, read and judged; contents are kept, lines counted. No lock is held.
3. Under the project's lock: the head is still the one that the pusher saw, versions are made, the head moves.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from projects import errors
from projects.errors import BadHistory, Fault, NotTaken
from projects.git import quarantine, repository
from projects.git.objects import NOTHING, Malformed
from projects.git.receiving import Command
from projects.models import Branch, Project, User, Version
from projects.services import applying, arriving, branches, versions, writing
from projects.services.arriving import Arrived
from projects.services.writing import Step
from projects.store import lineage

HEADS = "refs/heads/"
MOST_BRANCHES = 50


class Outcome(NamedTuple):
    """Of one ref: the version its branch is at now, or why it is not."""

    ref: str
    version: Version | None = None
    refusal: errors.Refusal | None = None


def receive(project: Project, commands: Sequence[Command], pack: Iterable[bytes], *, by: User) -> list[Outcome]:
    """Each branch by itself: one may be taken and another not. Raises where nothing could even be unpacked."""
    if len(commands) > MOST_BRANCHES:
        raise NotTaken(f"At most {MOST_BRANCHES} branches are pushed at once.")
    cache = repository.ready(project)
    with quarantine.opened(beside=cache.folder) as folder:
        if any(command.new != NOTHING for command in commands):
            _unpack(folder, pack)
        return [_outcome(project, command, folder, by) for command in commands]


def _unpack(folder: Path, pack: Iterable[bytes]) -> None:
    try:
        quarantine.take_in(folder, pack, most=settings.MAX_BODY_BYTES)
    except Malformed as malformed:
        raise BadHistory([Fault("", str(malformed).rstrip("."))]) from malformed


def _outcome(project: Project, command: Command, folder: Path, by: User) -> Outcome:
    try:
        return Outcome(command.ref, _carry_out(project, command, folder, by))
    except errors.Refusal as refusal:
        return Outcome(command.ref, refusal=refusal)


def _carry_out(project: Project, command: Command, folder: Path, by: User) -> Version | None:
    if not command.ref.startswith(HEADS):
        raise NotTaken("only branches are pushed here; tags and other refs are not kept")
    name = command.ref.removeprefix(HEADS)
    if command.new == NOTHING:
        _delete(project, name, command, by)
        return None
    arrived = arriving.take_in(folder, [command.new], project=project)
    step = _step(project, name, command, arrived)
    with transaction.atomic():
        return _move(writing.lock(project.pk), name, command, arrived, step, by=by)


def _step(project: Project, name: str, command: Command, arrived: Arrived) -> Step:
    """From where the branch is, or for a new one from where it parts from what is here; both are held against what is
    true under the lock."""
    branch = Branch.objects.filter(project=project, name=name).first()
    known = arriving.known_commits(project)
    parents = {known[oid] for one in arrived.arrivals for oid in one.commit.parents if oid in known}
    parted = Version.objects.filter(pk__in=parents).order_by("-number").values_list("pk", flat=True).first()
    before = parted if branch is None else branch.head_id
    after = arriving.tree_of(arrived, command.new)
    return writing.step(before, applying.tree_of(known.get(command.new)) if after is None else after)


def _delete(project: Project, name: str, command: Command, by: User) -> None:
    with transaction.atomic():
        branch = _seen(writing.lock(project.pk), name, command)
        if branch is None:
            raise NotTaken(f"there is no branch {name}")
        branches.delete(branch, by=by)


def _move(project: Project, name: str, command: Command, arrived: Arrived, step: Step, *, by: User) -> Version:
    """Everything that a push changes, under the project's lock."""
    branch = _seen(project, name, command)
    before = Version.objects.filter(project=project).order_by("-number").values_list("number", flat=True).first() or 0
    ids = arriving.add(project, arrived)
    tip = Version.objects.defer("raw_commit").get(pk=ids[command.new])
    ancestors = lineage.ancestors(versions.parents(project), tip.number)
    if branch is None:
        branch = _begin(project, name, {number for number in ancestors if number <= before}, by)
    head = branches.number_of(branch)
    if head is not None and head not in ancestors:
        raise NotTaken("not a fast-forward: the history of a branch is never rewritten here; no force changes that")
    if head != tip.number:
        writing.fast_forward(branch, tip, step, by=by, reason="push")
    return tip


def _begin(project: Project, name: str, known: set[int], by: User) -> Branch:
    """A branch that is new here, where it parted from what was here before."""
    if known:
        return branches.create(project, name, by=by, at=versions.find(project, max(known)))
    if branches.find(project).head_id is not None:
        raise NotTaken("it has nothing in common with this project; a new branch begins at one of its versions")
    return branches.create(project, name, by=by)


def _seen(project: Project, name: str, command: Command) -> Branch | None:
    """The branch, if it still is what the pusher saw."""
    branch = branches.of_project(project).filter(name=name).first()
    head = (branch.head.commit_oid or "") if branch is not None and branch.head is not None else NOTHING
    if head != command.old:
        raise NotTaken(f"fetch first: {name} has moved since you looked; fetch, rebase or merge, and push again")
    return branch
