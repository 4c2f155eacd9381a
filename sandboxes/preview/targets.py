"""What stands behind a label right now. Read with each visit: a page that has just been told to load again must not
be given what was there a moment ago, and another process would not know what this one has forgotten."""

import time
from dataclasses import dataclass

from django.db.models import Case, When

from projects.services import files
from projects.store.trees import Manifest
from projects.threads import in_thread
from sandboxes import stacks
from sandboxes.console.lines import MOST_TREE
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of, tree_of
from sandboxes.preview import rights, work
from sandboxes.preview.passes import Guest

# Putting the question costs as much as all else about a visit, so the many parts of one page put it once.
FRESH = 2.0
_MOST = 2000
_let: dict[tuple[str, Guest], float] = {}


class NotLet(Exception):
    """It is there, and not for this guest, or not any more."""


@dataclass(frozen=True)
class Target:
    guest: Guest
    sandbox: Sandbox
    stack: stacks.Stack
    manifest: Manifest
    is_under_way: bool

    @property
    def is_static(self) -> bool:
        return not self.stack.needs_box

    @property
    def _is_hot(self) -> bool:
        """Whether a page that is open takes over changed files without being loaded again."""
        return any(word.endswith("/vite.js") for word in self.stack.serve)

    def page_tree(self) -> str:
        """Which files a page is of as long as it is open, in short; empty where it may come to be of others."""
        return "" if self._is_hot else tree_of(self.sandbox, self.manifest)[:MOST_TREE]


async def find(label: str, guest: Guest) -> Target | None:
    return await in_thread(_load, label, guest)


async def again(target: Target) -> Target | None:
    """As it is by now. Whoever may not see it any more is told that it is gone."""
    try:
        return await find(target.sandbox.label, target.guest)
    except NotLet:
        return None


async def is_let(target: Target) -> bool:
    return await in_thread(_is_let, target)


async def read(target: Target, path: str) -> bytes:
    return await in_thread(files.read, target.manifest, path)


def _load(label: str, guest: Guest) -> Target | None:
    """Whether they may see it is asked with the same query."""
    related, key = ("project", "branch", "changeset"), (label, guest)
    rows = Sandbox.objects.select_related(*related).filter(label=label, project__archived_at=None)
    is_known = time.monotonic() - _let.get(key, -FRESH) < FRESH
    sandbox = (
        rows if is_known else rows.annotate(lets=Case(When(rights.let(guest), then=True), default=False))
    ).first()
    if sandbox is None:
        return None
    if not is_known:
        _remember(key, is_let=vars(sandbox)["lets"])
    manifest = manifest_of(sandbox)
    stack = stacks.choose(sandbox.planned, manifest)
    return Target(guest, sandbox, stack, manifest, work.is_under_way(sandbox))


def _remember(key: tuple[str, Guest], *, is_let: bool) -> None:
    if not is_let:
        raise NotLet
    if len(_let) >= _MOST:
        _let.clear()
    _let[key] = time.monotonic()


def _is_let(target: Target) -> bool:
    rows = Sandbox.objects.filter(pk=target.sandbox.pk, project__archived_at=None)
    return rows.filter(rights.let(target.guest)).exists()
