"""Faults of a running app, of its server's or seen in a browser: kept once each, counted, and told to people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from projects import feed
from projects.models import Project
from sandboxes.models import Complaint, Sandbox

MOST_KEPT = 20
_MOST_SHOWN = 3000
_MOST_COUNT = 2**31 - 1
# It is told again at these, and not each time.
_TOLD_AT = (1, 10, 100, 1000, 10_000)


@dataclass(frozen=True)
class Found:
    fingerprint: str
    title: str
    text: str


def keep(project: Project, sandbox: Sandbox, found: Sequence[Found], *, tree_hash: str) -> None:
    """In the order in which they were said. Who calls holds the project's lock, and so may tell."""
    counts = Counter(one.fingerprint for one in found)
    for one in _newest(found):
        count(project, sandbox, one, counts[one.fingerprint], tree_hash=tree_hash)
    forget_oldest(sandbox)


def _newest(found: Sequence[Found]) -> list[Found]:
    """As many as are kept, each as it was said last, and in that order: an app may say thousands in one breath."""
    last = dict[str, Found]()
    for one in reversed(found):
        last.setdefault(one.fingerprint, one)
        if len(last) == MOST_KEPT:
            break
    return list(last.values())[::-1]


def count(
    project: Project, sandbox: Sandbox, found: Found, times: int, *, tree_hash: str, may_tell: bool = True
) -> bool:
    """Of other files than before it begins anew. Under the project's lock nobody comes between. Says if it was told."""
    known = Complaint.objects.filter(sandbox=sandbox, fingerprint=found.fingerprint).first()
    before = known.count if known is not None and known.tree_hash == tree_hash else 0
    now = min(before + times, _MOST_COUNT)
    values = {
        "title": found.title,
        "text": found.text,
        "count": now,
        "tree_hash": tree_hash,
        "last_at": timezone.now(),
    }
    if known is None:
        Complaint.objects.create(sandbox=sandbox, fingerprint=found.fingerprint, **values)
    else:
        Complaint.objects.filter(pk=known.pk).update(**values)
    is_told = may_tell and any(before < at <= now for at in _TOLD_AT)
    if is_told:
        _tell(project, sandbox, found, now, tree_hash)
    return is_told


def _tell(project: Project, sandbox: Sandbox, found: Found, times: int, tree_hash: str) -> None:
    payload = {
        "sandbox": str(sandbox.pk),
        "fingerprint": found.fingerprint,
        "title": found.title,
        "text": found.text[-_MOST_SHOWN:],
        "count": times,
        "tree": tree_hash[:12],
    }
    feed.record(project, "error_captured", payload, branch_id=sandbox.branch_id)


def forget_oldest(sandbox: Sandbox) -> None:
    said = Complaint.objects.filter(sandbox=sandbox)
    kept = said.order_by("-last_at", "-pk").values_list("pk", flat=True)[:MOST_KEPT]
    said.exclude(pk__in=list(kept)).delete()


def current(sandbox: Sandbox, tree_hash: str) -> list[Complaint]:
    """What it said of these files, the newest first."""
    return list(Complaint.objects.filter(sandbox=sandbox, tree_hash=tree_hash)[:MOST_KEPT])
