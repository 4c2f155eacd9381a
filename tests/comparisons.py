"""Whether lines were compared or trees joined by somebody who held up everybody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from projects.models import Project
from projects.services import writing
from projects.store import diffs, merge


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """{"free": how often without a project's lock, "held": how often under it}, one thread at a time."""
    counts, held = {"free": 0, "held": 0}, list[tuple[str, ...]]()

    def lock(project_id: UUID) -> Project:
        if not _is_held(held):
            held[:] = [tuple(connection.savepoint_ids)]
            transaction.on_commit(held.clear)
        return take(project_id)

    def watched(work: Any) -> Any:
        def do(*arguments: Any, **named: Any) -> Any:
            counts["held" if _is_held(held) else "free"] += 1
            return work(*arguments, **named)

        return do

    take = writing.lock
    with monkeypatch.context() as patch:
        patch.setattr(writing, "lock", lock)
        patch.setattr(diffs, "edits", watched(diffs.edits))
        patch.setattr(merge, "merge", watched(merge.merge))
        yield counts


def _is_held(held: list[tuple[str, ...]]) -> bool:
    """Until the transaction ends in which it was taken, which may be a savepoint within that of the test."""
    if not held or not connection.in_atomic_block:
        return False
    return tuple(connection.savepoint_ids[: len(held[0])]) == held[0]
