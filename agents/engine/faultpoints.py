"""The places of the engine where dying hurts most, by name, so that a test can have a worker die exactly there.

For tests alone: without DJINN_TESTS_FAULTS in the environment, which is no setting and in no document for people,
nothing happens. It names a file; what is ordered in it ("file_staged:2:SIGKILL") happens once, to the whole process.
"""

import os
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Final, Literal, get_args

# In about the order in which a job comes by.
Name = Literal[
    "claimed",
    "job_begun",
    "step_begun",
    "call_unopened",
    "call_opened",
    "reply_growing",
    "file_unstaged",
    "file_staged",
    "file_pushed",
    "reply_ended",
    "reply_settled",
    "edits_unapplied",
    "plan_kept",
    "step_worked",
    "step_done",
    "findings_recorded",
    "review_made",
    "phase_done",
    "failure_unrecorded",
    "failure_recorded",
    "repair_begun",
    "version_unwritten",
    "version_written",
    "job_let_go",
]
# Where only a chore comes by.
ChoreName = Literal["artifact_unwritten", "artifact_written", "apply_unwritten", "apply_written"]
NAMES: Final[tuple[Name, ...]] = get_args(Name)
OF_CHORES: Final[tuple[ChoreName, ...]] = get_args(ChoreName)
# Only a job whose app there is something to check of comes by here.
OF_REVIEWS: Final[tuple[Name, ...]] = ("findings_recorded", "review_made")
VARIABLE: Final = "DJINN_TESTS_FAULTS"

_orders = os.environ.get(VARIABLE, "")
_reached: Counter[tuple[str, int]] = Counter()
_counting = threading.Lock()


def reach(name: Name | ChoreName) -> None:
    """The worker is here now."""
    if _orders:
        _obey(name, Path(_orders))


def _obey(name: Name | ChoreName, orders: Path) -> None:
    """1. Is this place meant, and is it the time that was ordered? An order given anew is counted anew.
    2. Who renames the order carries it out: one process of several, and it does not come back after a restart.
    3. Leave behind who it was.
    """
    try:
        order, given = orders.read_text(), orders.stat().st_mtime_ns
    except FileNotFoundError:
        return
    wanted, count, blow = order.split(":")
    if wanted != name or not _is_time(order, given, int(count)):
        return
    fired = fired_by(orders)
    try:
        orders.rename(fired)
    except FileNotFoundError:
        return
    fired.write_text(str(os.getpid()))
    os.kill(os.getpid(), signal.Signals[blow])


def _is_time(order: str, given: int, count: int) -> bool:
    with _counting:
        _reached[order, given] += 1
        return _reached[order, given] == count


def fired_by(orders: Path) -> Path:
    """Where the process id of who carried it out stands afterwards."""
    return orders.with_suffix(".fired")
