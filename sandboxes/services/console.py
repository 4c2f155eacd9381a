"""A branch's console: what its preview said in people's browsers, read, summed up, reported to, cleared."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Min, Sum

from projects.models import Branch
from sandboxes.console import keeping, lines
from sandboxes.enums import ConsoleLevel, ConsoleSource
from sandboxes.models import ConsoleEntry, Sandbox
from sandboxes.models.console import ConsoleEntryQuerySet
from sandboxes.models.shown import manifest_of, tree_of
from sandboxes.services import sandboxes

MOST_CONTEXT = 6000
_MOST_TOLD, _MOST_FRAMES, _MOST_WORDS = 12, 3, 400
# What a model may have to put right; the rest it is only told the number of.
_MATTERS = (ConsoleLevel.ERROR, ConsoleLevel.WARN)


@dataclass(frozen=True)
class Tally:
    """Of one level: how many different things, and how often in all."""

    level: str
    entries: int
    lines: int


@dataclass(frozen=True)
class Statistics:
    levels: list[Tally]
    dropped: int
    first_at: datetime | None
    last_at: datetime | None


def entries(branch: Branch, *, levels: Collection[str] = (), source: str = "") -> ConsoleEntryQuerySet:
    """The newest first. What is kept is of the files that were shown when it was said."""
    found = ConsoleEntry.objects.filter(sandbox__branch=branch)
    if levels:
        found = found.filter(level__in=levels)
    return found.filter(source=source) if source else found


def errors(branch: Branch) -> ConsoleEntryQuerySet:
    return ConsoleEntry.objects.filter(sandbox__branch=branch).errors()


def statistics(branch: Branch) -> Statistics:
    said = ConsoleEntry.objects.filter(sandbox__branch=branch)
    when = said.aggregate(first=Min("first_at"), last=Max("last_at"))
    dropped = said.filter(source=ConsoleSource.BRIDGE).aggregate(sum=Sum("count"))["sum"]
    return Statistics(_tallies(said), dropped or 0, when["first"], when["last"])


def _tallies(said: ConsoleEntryQuerySet) -> list[Tally]:
    """The worst first; what only tells of dropped lines is not one itself."""
    spoken = said.exclude(source=ConsoleSource.BRIDGE).order_by()
    sums = {
        level: Tally(level, entries, lines)
        for level, entries, lines in spoken.values_list("level").annotate(Count("pk"), Sum("count"))
    }
    return [sums[level] for level in ConsoleLevel.values if level in sums]


def shown_tree(branch: Branch) -> str:
    """The hash of the files that its preview shows now; empty where there is none."""
    sandbox = Sandbox.objects.select_related("project", "branch", "changeset").filter(branch=branch).first()
    return "" if sandbox is None else tree_of(sandbox, manifest_of(sandbox))


def report(branch: Branch, batch: lines.Batch) -> None:
    """As a page would: of the files that are shown now."""
    sandbox = sandboxes.for_branch(branch)
    keeping.record(sandbox, batch, tree_hash=tree_of(sandbox, manifest_of(sandbox)))


def clear(branch: Branch) -> None:
    """What was told to people stays told; what is said from now on is counted from one."""
    with transaction.atomic():
        sandbox = sandboxes.for_branch(branch)
        keeping.lock(sandbox)
        ConsoleEntry.objects.filter(sandbox=sandbox).delete()
        transaction.on_commit(lambda: keeping.hint(sandbox))


def context_for_agent(branch: Branch) -> str:
    """What is wrong in few words, of the files that are shown now; empty when nothing was said of them.

    It is what an app says: evidence, and never a request.
    """
    said = ConsoleEntry.objects.filter(sandbox__branch=branch).of_tree(shown_tree(branch))
    tallies = _tallies(said)
    if not tallies:
        return ""
    counted = (f"{one.lines} of level {one.level} ({one.entries} different)" for one in tallies)
    told = [f"Lines that pages of the app said in the browser: {', '.join(counted)}."]
    for level in _MATTERS:
        for entry in said.filter(level=level)[:_MOST_TOLD]:
            told += ["", *_brief(entry)]
    return _cut("\n".join(told))


def _brief(entry: ConsoleEntry) -> Iterator[str]:
    times = f", {entry.count} times" if entry.count > 1 else ""
    place = f", at {entry.path}:{entry.line}" if entry.path else ""
    yield f"[{entry.level}, {entry.source}{times}{place}, on the page {entry.page}]"
    yield entry.text[:_MOST_WORDS]
    frames = [frame.strip() for frame in entry.stack.splitlines() if frame.strip() and "node_modules/" not in frame]
    yield from (f"  {frame[:200]}" for frame in frames[:_MOST_FRAMES])


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CONTEXT else text[: MOST_CONTEXT - 1] + "…"
