"""Since which version of a branch its list has had each package, and which job had put it there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.db.models.fields.json import KeyTransform

from projects.models import Branch, Version
from projects.services import files, versions
from sandboxes import stacks
from sandboxes.packages import npm, pip
from sandboxes.packages.errors import Unusable
from sandboxes.stacks import Stack

# Back so far: of a longer history it is not said.
MOST_VERSIONS = 300
_KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Since:
    version: int
    at: datetime
    job: UUID | None


def since(branch: Branch, stack: Stack, names: Iterable[str]) -> dict[str, Since]:
    """A version never changes, and so neither does what came before it: it is looked through once."""
    number = versions.number_of_head(branch)
    if number is None:
        return {}
    key = f"packages-{branch.project_id}-{number}-{stack.name}"
    known: dict[str, tuple[int, datetime, UUID | None]] | None = cache.get(key)
    if known is None:
        found = _looked_through(branch, stack, number)
        known = {name: (one.version, one.at, one.job) for name, one in found.items()}
        cache.set(key, known, _KEPT_SECONDS)
    return {name: Since(*known[name]) for name in names if name in known}


def _looked_through(branch: Branch, stack: Stack, number: int) -> dict[str, Since]:
    """From the newest back along what the head followed, for as long as a package was listed without a break."""
    chain, is_whole = _chain(branch, number)
    listed = _reader(stack)
    found: dict[str, Since] = {}
    open_names: dict[str, Since] | None = None
    for version, at, job, entry in _rows(branch, stack, chain):
        here = listed(entry[0]) if entry else frozenset()
        this = Since(version, at, job)
        if open_names is None:
            open_names = dict.fromkeys(here or (), this)
            continue
        if here is None:
            continue
        for name in [name for name in open_names if name not in here]:
            found[name] = open_names.pop(name)
        open_names = dict.fromkeys(open_names, this)
        if not open_names:
            break
    return {**found, **(open_names or {})} if is_whole else found


def _chain(branch: Branch, number: int) -> tuple[list[int], bool]:
    """The numbers of what the head followed, the newest first, and whether these are all."""
    parents, chain = versions.parents(branch.project), [number]
    while len(chain) < MOST_VERSIONS and (before := parents.get(chain[-1])):
        chain.append(before[0])
    return chain, not parents.get(chain[-1])


def _rows(
    branch: Branch, stack: Stack, chain: list[int]
) -> Iterator[tuple[int, datetime, UUID | None, list[str] | None]]:
    """Of each tree only the entry of the list."""
    rows = Version.objects.filter(project=branch.project_id, number__in=chain)
    entries = rows.annotate(entry=KeyTransform(stack.packages, "manifest")).order_by("-number")
    yield from entries.values_list("number", "created_at", "job_ref", "entry").iterator(chunk_size=100)


def _reader(stack: Stack) -> Callable[[str], frozenset[str] | None]:
    """The names in a list by its hash, each read once; None for one that cannot be read."""
    read = pip.declared if stack is stacks.PYTHON else npm.declared
    known: dict[str, frozenset[str] | None] = {}

    def names(sha256: str) -> frozenset[str] | None:
        if sha256 not in known:
            content = files.content_of(sha256)
            try:
                known[sha256] = None if content is None else frozenset(one.name for one in read(content))
            except Unusable:
                known[sha256] = None
        return known[sha256]

    return names
