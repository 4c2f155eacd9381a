"""A branch's sandbox, and what is asked of it. The asking is here; the doing is a task."""

from functools import partial
from uuid import UUID

from django.db import transaction

from projects.models import Branch, Project
from sandboxes import tasks
from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox, addresses

# A paused one goes on where it was, so it must be what it would have become.
_RUNS = (SandboxState.READY, SandboxState.PAUSED)


def for_branch(branch: Branch) -> Sandbox:
    """The branch's one sandbox; its row is made the first time it is asked for."""
    sandbox, _ = Sandbox.objects.select_related("project", "branch").get_or_create(
        branch=branch, defaults={"project": branch.project}
    )
    return sandbox


def named(word: str) -> Sandbox | None:
    """As operators name one: by its id, the label of its preview, or owner/project, perhaps with @branch."""
    rows = Sandbox.objects.select_related("project", "branch", "changeset")
    address, _, branch = word.partition("@")
    owner, _, slug = address.partition("/")
    if slug:
        named = {"project__owner__handle": owner, "project__slug": slug, "branch__name": branch or "main"}
        return rows.filter(**named).first()
    try:
        return rows.filter(pk=UUID(word)).first()
    except ValueError:
        return rows.filter(label=word.removeprefix("p-")).first()


def find(branch: Branch) -> Sandbox:
    """To look at; of a branch that never had one it is one that was not saved."""
    related = ("branch__head", "changeset")
    found = Sandbox.objects.select_related(*related).filter(branch=branch).first()
    found = found or Sandbox(branch=branch)
    found.project = branch.project
    return found


def preview_url(sandbox: Sandbox) -> str:
    return addresses.url(sandbox.label)


def request_start(sandbox: Sandbox) -> None:
    """Have it run what it shows, from whatever state it is in."""
    transaction.on_commit(partial(tasks.start.delay, str(sandbox.pk)))


def request_stop(sandbox: Sandbox) -> None:
    transaction.on_commit(partial(tasks.stop.delay, str(sandbox.pk)))


def request_rest(sandbox: Sandbox) -> None:
    """Free what it takes of the machine, until somebody looks."""
    transaction.on_commit(partial(tasks.suspend.delay, str(sandbox.pk)))


def request_removal(sandbox: Sandbox) -> None:
    """Of its box, its history and its address. The files are the project's and stay."""
    transaction.on_commit(partial(tasks.remove.delay, str(sandbox.pk)))


def request_fresh_start(sandbox: Sandbox) -> None:
    """Its server ends and begins anew."""
    transaction.on_commit(partial(tasks.restart.delay, str(sandbox.pk)))


def request_listening(sandbox: Sandbox) -> None:
    """To what its server says of a failure that somebody met."""
    transaction.on_commit(partial(tasks.listen.delay, str(sandbox.pk)))


def request_restart(project: Project) -> None:
    """Of what runs: a server that was started with other secrets than those of now is started anew."""
    boxes = Sandbox.objects.filter(project=project, state__in=_RUNS, port__isnull=False).exclude(handle={})
    for sandbox in boxes:
        request_start(sandbox)


def request_sync(branch: Branch) -> None:
    """Only a box that is there needs it: every other one is synced when it is made."""
    boxes = Sandbox.objects.filter(branch=branch, state__in=_RUNS).exclude(handle={})
    for sandbox_id in boxes.values_list("pk", flat=True):
        transaction.on_commit(partial(tasks.sync_tree.delay, str(sandbox_id)))
