"""Which facts of a job's log travel with it: what its conversation shows in the end, and nothing that only was so for a
moment, that the page shows elsewhere, or that leads to a box."""

import re
import types
import typing
from collections.abc import Mapping
from typing import Any, Final

from projects.errors import BadPath
from projects.feed import kinds
from projects.store import trees

MESSAGE: Final = "message_sent"
COMMAND: Final = "command_finished"
ENDS: Final = ("job_completed", "job_failed", "job_cancelled")
REVIEW: Final = "review_found"
FILES: Final = ("file_closed", "file_edited", "file_deleted", "file_abandoned")
KINDS: Final = (MESSAGE, COMMAND, *FILES, "repair_started", REVIEW, *ENDS)
# It names a place of the page.
_STEP = re.compile(r"review-[a-z0-9-]{1,40}")


def check(kind: str, payload: Mapping[str, Any]) -> None:
    """Raises ValueError: a template that meets something else than it was promised breaks the page for ever."""
    if kind not in KINDS:
        raise ValueError(f"No fact called {kind!r} travels.")
    kinds.check(kind, payload)
    found = kinds.find(kind)
    hints = typing.get_type_hints(found.payload) if found else {}
    for name, value in payload.items():
        if not _fits(value, hints[name]):
            raise ValueError(f"{name!r} of {kind!r} is of another kind.")
    if kind in FILES:
        _check_path(str(payload["path"]))
    if kind == REVIEW and not _STEP.fullmatch(str(payload["step"])):
        raise ValueError("A review is of no step.")


def _check_path(path: str) -> None:
    try:
        trees.check_path(path)
    except BadPath as bad:
        raise ValueError(str(bad)) from None


def _fits(value: object, hint: Any) -> bool:
    if isinstance(hint, types.UnionType):
        return any(_fits(value, one) for one in hint.__args__)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if typing.get_origin(hint) is list:
        return isinstance(value, list) and all(_fits(one, hint.__args__[0]) for one in value)
    return type(value) is hint
