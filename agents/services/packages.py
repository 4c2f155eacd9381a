"""A person adds, upgrades or removes packages: one version of the list that is theirs, and an install without a model.

The list is edited by what it says, not by its lines: of two who add at once each finds the other's there.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from agents.enums import JobKind
from agents.errors import Unfit
from agents.lifecycle import moves
from agents.models import Job
from agents.services import chores, jobs
from projects import errors
from projects.models import Branch, User, Version
from projects.services import files, versions
from projects.store import trees
from sandboxes import stacks
from sandboxes.packages import npm, pip, words
from sandboxes.packages.errors import BadPackage, Unusable
from sandboxes.packages.words import Wanted
from sandboxes.services import packages
from sandboxes.services.packages import Package
from sandboxes.stacks import Stack

MOST = 30
_MOST_NAMED = 4
_MOST_TITLE = 200

Edit = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Changed:
    """`job` installs it; without one everything was as asked already."""

    job: Job | None
    version: Version | None


def add(
    branch: Branch,
    texts: Iterable[str],
    *,
    by: User,
    is_dev: bool = False,
    expected: str | None = None,
    idempotency_key: str | None = None,
) -> Changed:
    """`zod`, `zod@4`, `flask==3.1`. What is listed already takes the version that is named."""
    stack = _stack(branch)
    wanted = _read(stack, texts)

    def edit(content: bytes) -> bytes:
        return pip.put(content, wanted) if stack is stacks.PYTHON else npm.put(content, wanted, is_dev=is_dev)

    return _change(branch, stack, edit, _title("Add", wanted), by=by, expected=expected, key=idempotency_key)


def upgrade(
    branch: Branch,
    texts: Iterable[str],
    *,
    by: User,
    expected: str | None = None,
    idempotency_key: str | None = None,
) -> Changed:
    """To the version that is named, or else to the newest that the registry told of."""
    stack = _stack(branch)
    known = {one.name: one for one in packages.of(branch).packages}
    asked = _read(stack, texts)
    _check_listed(stack, known, asked)
    newest = {_key(stack, name): one.newest for name, one in known.items()}
    wanted = [one if one.version else _newest(stack, one, newest.get(_key(stack, one.name), "")) for one in asked]

    def edit(content: bytes) -> bytes:
        _check_listed(stack, (one.name for one in packages.declared(stack, content)), wanted)
        return pip.put(content, wanted) if stack is stacks.PYTHON else npm.put(content, wanted)

    return _change(branch, stack, edit, _title("Upgrade", wanted), by=by, expected=expected, key=idempotency_key)


def remove(
    branch: Branch,
    names: Iterable[str],
    *,
    by: User,
    expected: str | None = None,
    idempotency_key: str | None = None,
) -> Changed:
    stack = _stack(branch)
    wanted = _read(stack, names)
    if named := next((one for one in wanted if one.version or one.extras), None):
        raise Unfit(f"Say which package to remove by its name alone: {named.name}.")

    def edit(content: bytes) -> bytes:
        _check_listed(stack, (one.name for one in packages.declared(stack, content)), wanted)
        gone = [one.name for one in wanted]
        return pip.without(content, gone) if stack is stacks.PYTHON else npm.without(content, gone)

    return _change(branch, stack, edit, _title("Remove", wanted), by=by, expected=expected, key=idempotency_key)


def before(branch: Branch) -> Version | None:
    """The version to go back to, where the head differs from it in its packages alone."""
    number = versions.number_of_head(branch)
    head = versions.find(branch.project, number) if number else None
    earlier = versions.first_parent(head) if head else None
    if head is None or earlier is None:
        return None
    changed = {one.path for one in trees.diff(versions.tree(earlier), versions.tree(head))}
    stack = stacks.choose(branch.template or branch.project.template, versions.tree(head))
    return earlier if changed and changed <= {stack.packages, stack.lock} else None


def at_work(branch: Branch) -> Job | None:
    """The install that waits or runs on the branch, if any."""
    return Job.objects.active().filter(branch=branch, kind=JobKind.INSTALL).order_by("created_at").first()


def with_titles(branch: Branch, found: Sequence[Package]) -> list[tuple[Package, str]]:
    """Each with what the job that brought it is called; one that was deleted has no name any more."""
    ids = {one.since.job for one in found if one.since and one.since.job}
    titles = {job.pk: moves.title(job) for job in Job.objects.filter(project=branch.project_id, pk__in=ids)}
    return [(one, titles.get(one.since.job, "") if one.since and one.since.job else "") for one in found]


def _stack(branch: Branch) -> Stack:
    stack = stacks.choose(branch.template or branch.project.template, files.manifest(branch))
    if not stack.packages:
        raise Unfit("This kind of app has no packages.")
    return stack


def _read(stack: Stack, texts: Iterable[str]) -> list[Wanted]:
    """Names and versions alone; each package once."""
    read = words.pip if stack is stacks.PYTHON else words.npm
    try:
        wanted = [read(text.strip()) for text in texts]
    except BadPackage as bad:
        raise Unfit(str(bad)) from bad
    if not wanted:
        raise Unfit("Name at least one package.")
    if len(wanted) > MOST:
        raise Unfit(f"At most {MOST} packages at once.")
    return list({_key(stack, one.name): one for one in wanted}.values())


def _key(stack: Stack, name: str) -> str:
    return words.plain(name) if stack is stacks.PYTHON else name


def _check_listed(stack: Stack, listed: Iterable[str], wanted: Iterable[Wanted]) -> None:
    there = {_key(stack, name) for name in listed}
    if missing := [one.name for one in wanted if _key(stack, one.name) not in there]:
        raise errors.Missing(f"{missing[0]} is not in the list of this app's packages.")


def _newest(stack: Stack, wanted: Wanted, newest: str) -> Wanted:
    if not newest:
        raise Unfit(f"Say to which version of {wanted.name}, or check for newer versions first.")
    return Wanted(wanted.name, f"{'==' if stack is stacks.PYTHON else '^'}{newest}", wanted.extras)


def _title(verb: str, wanted: list[Wanted]) -> str:
    named = [f"{one.name} {one.version}".strip() for one in wanted[:_MOST_NAMED]]
    more = f" and {len(wanted) - _MOST_NAMED} more" if len(wanted) > _MOST_NAMED else ""
    return f"{verb} {', '.join(named)}{more}"[:_MOST_TITLE]


def _change(
    branch: Branch, stack: Stack, edit: Edit, title: str, *, by: User, expected: str | None, key: str | None
) -> Changed:
    """The version and the job that installs it are one fact: where the one cannot be, the other is not.

    Under the lock of the project nobody writes in between; `expected` is the hash of the list that was looked at.
    """
    with transaction.atomic():
        project = chores.locked(branch.project)
        if key and (known := chores.known(project, key)):
            return Changed(known, None)
        tree = files.manifest(branch)
        entry = tree.get(stack.packages)
        if entry is None and stack is not stacks.PYTHON:
            raise Unfit(f"There is no {stack.packages} yet that packages could be listed in.")
        before = files.read(tree, stack.packages) if entry else b""
        try:
            after = edit(before)
        except Unusable as unusable:
            raise Unfit(str(unusable)) from unusable
        seen = expected if expected is not None else entry.sha256 if entry else ""
        if after == before and seen == (entry.sha256 if entry else ""):
            return Changed(None, None)
        version = files.save(branch, stack.packages, after, by=by, expected=seen, message=title)
        job = jobs.start(project=project, text=title, by=by, branch=branch, kind=JobKind.INSTALL, idempotency_key=key)
    return Changed(job, version)
