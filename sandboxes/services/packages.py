"""The packages of an app: what it lists, what is installed of it, since when, and what the registry told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from projects.models import Branch
from projects.services import files
from projects.store.trees import Manifest
from sandboxes import stacks, tasks
from sandboxes.enums import CommandKind
from sandboxes.models import Command, PackageReport, Sandbox
from sandboxes.packages import locks, npm, pip, ranges, templates, troubles, words
from sandboxes.packages.errors import Unusable
from sandboxes.packages.words import Declared
from sandboxes.services import additions, sandboxes
from sandboxes.stacks import Stack

# Who was asked for so long has died over it.
_PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Package:
    """`wanted` is what the list says, `installed` what is there; empty where nobody knows. `is_brought`: it comes with
    every app of this kind. `since` is None where its history is too long to be looked through."""

    name: str
    wanted: str
    installed: str
    newest: str
    is_dev: bool
    is_brought: bool
    since: additions.Since | None

    @property
    def is_outdated(self) -> bool:
        return bool(self.newest and self.installed) and self.newest != self.installed


@dataclass(frozen=True)
class Listing:
    """`fault` says why nothing can be read or added; `others` are lines of the list that name no package."""

    stack: Stack
    packages: list[Package] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    fault: str = ""
    etag: str = ""
    is_locked: bool = False
    along: int = 0
    report: PackageReport | None = None
    last: "Install | None" = None


class Install(NamedTuple):
    """The newest install in the app's box; `trouble` when it failed."""

    command: Command
    trouble: troubles.Trouble | None


def of(branch: Branch) -> Listing:
    tree = files.manifest(branch)
    stack = stacks.choose(branch.template or branch.project.template, tree)
    if not stack.packages:
        return Listing(stack, fault="This kind of app has no packages.")
    report, last = _report(branch), _last_install(branch)
    entry = tree.get(stack.packages)
    if entry is None:
        return Listing(stack, fault=f"There is no {stack.packages} yet.", report=report, last=last)
    content = files.read(tree, stack.packages)
    try:
        listed, others = declared(stack, content), pip.others(content) if stack is stacks.PYTHON else []
    except Unusable as unusable:
        return Listing(stack, fault=str(unusable), etag=entry.sha256, report=report, last=last)
    places = _places(stack, tree)
    told = dict(report.installed) if report is not None and report.subject == entry.sha256 else {}
    newest = dict(report.newest) if report is not None else {}
    found = _packages(branch, stack, listed, places=places, told=told, newest=newest)
    return Listing(
        stack, found, others, "", entry.sha256, places is not None, _along(listed, places), report=report, last=last
    )


def declared(stack: Stack, content: bytes) -> list[Declared]:
    return pip.declared(content) if stack is stacks.PYTHON else npm.declared(content)


def _places(stack: Stack, tree: Manifest) -> dict[str, str] | None:
    return locks.read(files.read(tree, stack.lock)) if stack.lock and stack.lock in tree else None


def _along(listed: list[Declared], places: Mapping[str, str] | None) -> int:
    """So many more came with them."""
    return max(0, len(places) - len(listed)) if places else 0


def _packages(
    branch: Branch,
    stack: Stack,
    listed: list[Declared],
    *,
    places: Mapping[str, str] | None,
    told: Mapping[str, str],
    newest: Mapping[str, str],
) -> list[Package]:
    """`told` is what the box said of itself, `newest` what the registry did."""
    since = additions.since(branch, stack, [one.name for one in listed])
    brought = templates.brought(stack.template)
    locked = locks.direct(dict(places)) if places else {}
    found = []
    for one in listed:
        key = words.plain(one.name) if stack is stacks.PYTHON else one.name
        own = brought.get(key, "")
        is_brought = bool(own) and ranges.is_met(one.version, own)
        installed = locked.get(key) or told.get(key) or (own if is_brought and not locked else "")
        came = since.get(one.name)
        found.append(Package(one.name, one.version, installed, newest.get(key, ""), one.is_dev, is_brought, came))
    return found


def _report(branch: Branch) -> PackageReport | None:
    return PackageReport.objects.filter(sandbox__branch=branch).first()


def _last_install(branch: Branch) -> Install | None:
    rows = Command.objects.filter(sandbox__branch=branch, kind=CommandKind.INSTALL)
    command = rows.order_by("-started_at").first()
    if command is None:
        return None
    has_failed = command.finished_at is not None and command.exit_code != 0
    return Install(command, troubles.of(command.output, exit_code=command.exit_code) if has_failed else None)


def is_asking(report: PackageReport | None) -> bool:
    """Whether an answer is on its way."""
    if report is None:
        return False
    is_open = report.answered_at is None or report.answered_at < report.asked_at
    return is_open and timezone.now() - report.asked_at < _PATIENCE


def ask_registry(branch: Branch) -> PackageReport:
    """About newer versions and known vulnerabilities. While an answer is on its way it is not asked again."""
    sandbox = sandboxes.for_branch(branch)
    with transaction.atomic():
        locked = Sandbox.objects.select_for_update(no_key=True, of=("self",)).get(pk=sandbox.pk)
        report = PackageReport.objects.filter(sandbox=locked).first()
        if report is not None and is_asking(report):
            return report
        report, _ = PackageReport.objects.update_or_create(sandbox=locked, defaults={"asked_at": timezone.now()})
        transaction.on_commit(partial(tasks.ask_registry.delay, str(sandbox.pk)))
    return report
