"""Keeps what browsers report of a preview: masked, the same words once, the newest in a window of a bounded size.

What nobody caught is a fault of the app like any that its server complains of, and told as one.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from projects import feed, storable
from projects.enums import ChangeSetState
from projects.masking import Masker, Stream
from projects.models import Project
from sandboxes.console import complaining, fingerprints, telling
from sandboxes.console.lines import MOST_PAGE, Batch, Line
from sandboxes.enums import ConsoleLevel, ConsoleSource
from sandboxes.models import Complaint, ConsoleEntry, Sandbox, given
from sandboxes.models.complaints import MOST_TITLE

MOST_KEPT = 200
MOST_BYTES = 384 * 1024
HINT = "console"
LOUD = ConsoleSource.uncaught()
_MOST_COUNT = 2**31 - 1
_DROPPED = "The page said more than can be told; some lines were dropped."
_CHANGING = (
    *("level", "source", "title", "text", "stack", "page", "path", "line"),
    *("count", "tree_hash", "size", "first_at", "last_at"),
)
# What a page's script puts where it leaves out the rest of a text, and so many of them are looked at.
_CUT, _MOST_CUTS = "…", 20
# What a development server adds to the address of a file.
_PASSING_QUERY = re.compile(r"\?[\w=&.%+-]*(?=:\d)")


def record(sandbox: Sandbox, batch: Batch, *, tree_hash: str) -> None:
    """1. Who locks the project may tell; it is locked before its sandbox, as everywhere.
    2. Whatever else is kept needs the sandbox alone: what was said of files that are gone, among it, by a page that
       somebody left open.
    """
    batch = _plain(sandbox, batch)
    lines = batch.lines
    is_past = not tree_hash.startswith(batch.tree)
    is_loud = any(line.source in LOUD for line in lines) and not is_past and not _is_written_over(sandbox)
    with transaction.atomic():
        project = _locked(sandbox.project_id) if is_loud else None
        if not lock(sandbox):
            return
        if project is not None:
            _complain(project, sandbox, batch.page, lines, tree_hash)
        if is_past:
            lines, tree_hash = _not_said_now(sandbox, lines, tree_hash), batch.tree
        _keep(sandbox, batch.page, lines, tree_hash)
        _slide(sandbox)
        transaction.on_commit(lambda: hint(sandbox))


def lock(sandbox: Sandbox) -> bool:
    """Nobody else writes into its console until the transaction ends. Says whether it is there."""
    return Sandbox.objects.select_for_update(no_key=True).filter(pk=sandbox.pk).exists()


def _not_said_now(sandbox: Sandbox, lines: Sequence[Line], tree_hash: str) -> tuple[Line, ...]:
    """What the files say that are shown now stays theirs, though a page of those before says it too."""
    of_now = ConsoleEntry.objects.filter(sandbox=sandbox, tree_hash=tree_hash)
    known = set(of_now.values_list("fingerprint", flat=True))
    return tuple(line for line in lines if _fingerprint(line) not in known)


def hint(sandbox: Sandbox) -> None:
    """Whoever looks at the console looks again."""
    feed.hint(sandbox.project_id, HINT, {}, branch_id=sandbox.branch_id)


def _locked(project_id: UUID) -> Project | None:
    return Project.objects.select_for_update(no_key=True).filter(pk=project_id).first()


def _is_written_over(sandbox: Sandbox) -> bool:
    """Then it is the job's concern, and no fault of anything that is finished."""
    return sandbox.changeset is not None and sandbox.changeset.state == ChangeSetState.OPEN


def _plain(sandbox: Sandbox, batch: Batch) -> Batch:
    """Without secrets, and without the preview's own address, which is one."""
    masker = given.masker(sandbox)
    own = re.compile(rf"https?://p-{sandbox.label}\.{re.escape(settings.PREVIEW_DOMAIN)}(?::\d+)?/?", re.IGNORECASE)

    def plain(text: str) -> str:
        return _PASSING_QUERY.sub("", own.sub("", _masked(masker, text)))

    lines = [replace(line, text=plain(line.text), stack=plain(line.stack)) for line in batch.lines]
    if batch.dropped:
        lines.append(Line(ConsoleSource.BRIDGE, ConsoleLevel.WARN, _DROPPED, count=batch.dropped))
    return replace(batch, page=plain(batch.page)[:MOST_PAGE], lines=tuple(lines))


def _masked(masker: Masker, text: str) -> str:
    """As it was said, before anything is taken out of it. Where it was cut, a secret may have been cut, too."""
    if not masker:
        return text
    *cut, rest = masker.text(text).rsplit(_CUT, _MOST_CUTS)
    return _CUT.join([*(_broken_off(masker, part) for part in cut), rest])


def _broken_off(masker: Masker, text: str) -> str:
    stream = Stream(masker)
    return (stream.feed(text.encode()) + stream.end()).decode(errors="replace")


def title_of(line: Line) -> str:
    first = next((each for each in line.text.splitlines() if each.strip()), "")
    return storable.name(first)[:MOST_TITLE] or "(nothing)"


def _fingerprint(line: Line) -> str:
    """A stack begins where it happened."""
    return fingerprints.of(f"browser {line.source} {line.level} {title_of(line)}", line.stack.splitlines()[::-1])


def _keep(sandbox: Sandbox, page: str, lines: Sequence[Line], tree_hash: str) -> None:
    """All of a batch at once; who calls has locked the sandbox."""
    told = [(_fingerprint(line), line) for line in lines]
    there = ConsoleEntry.objects.filter(sandbox=sandbox, tree_hash=tree_hash, fingerprint__in=[key for key, _ in told])
    entries, now = {entry.fingerprint: entry for entry in there}, timezone.now()
    for fingerprint, line in told:
        known = entries.get(fingerprint)
        entries[fingerprint] = ConsoleEntry(
            sandbox=sandbox,
            fingerprint=fingerprint,
            page=page,
            tree_hash=tree_hash,
            count=min((known.count if known else 0) + line.count, _MOST_COUNT),
            first_at=known.first_at if known else now,
            last_at=now,
            **_said(line),
        )
    unique = ["sandbox", "fingerprint"]
    ConsoleEntry.objects.bulk_create(
        entries.values(), update_conflicts=True, unique_fields=unique, update_fields=_CHANGING
    )


def _said(line: Line) -> dict[str, Any]:
    path, number = next(iter(fingerprints.places(line.stack.splitlines())), ("", None))
    return {
        "level": line.level,
        "source": line.source,
        "title": title_of(line),
        "text": line.text,
        "stack": line.stack,
        "path": path[:300],
        "line": number,
        "size": len(line.text.encode()) + len(line.stack.encode()),
    }


def _slide(sandbox: Sandbox) -> None:
    """The newest stay, as many as there is room for."""
    room = MOST_BYTES
    kept: list[int] = []
    rows = ConsoleEntry.objects.filter(sandbox=sandbox).order_by("-last_at", "-id")
    for number, size in rows.values_list("pk", "size"):
        room -= size
        if room < 0 or len(kept) == MOST_KEPT:
            break
        kept.append(number)
    ConsoleEntry.objects.filter(sandbox=sandbox).exclude(pk__in=kept).delete()


def _complain(project: Project, sandbox: Sandbox, page: str, lines: Sequence[Line], tree_hash: str) -> None:
    """Of what was told already each is counted, of what was not only so much is told in a while."""
    of_tree = Complaint.objects.filter(sandbox=sandbox, tree_hash=tree_hash)
    known, left, told = set(of_tree.values_list("fingerprint", flat=True)), telling.left(sandbox), 0
    for line in lines:
        fingerprint, may_tell = _fingerprint(line), told < left
        if line.source not in LOUD or not (may_tell or fingerprint in known):
            continue
        known.add(fingerprint)
        said = f"In the browser, on the page {page}:\n{line.text}\n{line.stack}".rstrip()
        found = complaining.Found(fingerprint, title_of(line), said)
        told += complaining.count(project, sandbox, found, line.count, tree_hash=tree_hash, may_tell=may_tell)
    telling.note(sandbox, told)
    complaining.forget_oldest(sandbox)
