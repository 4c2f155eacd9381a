"""The moves that exist, as data. `docs/job-states.md` is generated from here."""

from collections.abc import Mapping
from typing import Final, TypeVar

from agents.enums import JobState, Phase

_Move = TypeVar("_Move", bound=str)

_WORKING: Final = (Phase.DESIGNING, Phase.IMPLEMENTING, Phase.INSTALL, Phase.START)
_LEAVE: Final = frozenset({Phase.PAUSED, Phase.FAILED, Phase.CANCELLED})
_ENTER: Final = frozenset({Phase.DESIGNING, Phase.IMPLEMENTING, Phase.INSTALL})

TRANSITIONS: Final[dict[Phase, frozenset[Phase]]] = {
    Phase.IDLE: _ENTER | _LEAVE,
    Phase.DESIGNING: _LEAVE | {Phase.IMPLEMENTING, Phase.COMPLETE},
    Phase.IMPLEMENTING: _LEAVE | {Phase.INSTALL, Phase.COMPLETE},
    Phase.INSTALL: _LEAVE | {Phase.START, Phase.IMPLEMENTING, Phase.COMPLETE},
    Phase.START: _LEAVE | {Phase.COMPLETE, Phase.IMPLEMENTING},
    Phase.COMPLETE: _ENTER,
    # A job that never began can be paused or fail too, and then goes back to where it was: nowhere.
    Phase.PAUSED: frozenset(_WORKING) | {Phase.IDLE, Phase.CANCELLED},
    Phase.FAILED: frozenset(_WORKING) | {Phase.IDLE},
    Phase.CANCELLED: _ENTER,
}

# A chore has no phases on its way: it stands at the beginning until it is at its end. Its steps say more.
CHORE_TRANSITIONS: Final[dict[Phase, frozenset[Phase]]] = {
    Phase.IDLE: _LEAVE | {Phase.COMPLETE},
    Phase.COMPLETE: frozenset(),
    Phase.PAUSED: frozenset({Phase.IDLE, Phase.CANCELLED}),
    Phase.FAILED: frozenset({Phase.IDLE}),
    Phase.CANCELLED: frozenset(),
}

JOB_TRANSITIONS: Final[dict[JobState, frozenset[JobState]]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.PAUSED, JobState.CANCELLED}),
    JobState.RUNNING: frozenset(
        {
            JobState.QUEUED,
            JobState.PAUSED,
            JobState.COMPLETED,
            JobState.FAILED,
            JobState.CANCELLED,
        }
    ),
    JobState.PAUSED: frozenset({JobState.QUEUED, JobState.CANCELLED}),
    JobState.COMPLETED: frozenset(),
    JobState.FAILED: frozenset({JobState.QUEUED}),
    JobState.CANCELLED: frozenset(),
}


class IllegalMove(RuntimeError):
    """The code asked for a move that does not exist: a defect, never a user's mistake."""


def check_phase(before: str, after: str, *, is_chore: bool = False) -> None:
    moves = CHORE_TRANSITIONS if is_chore else TRANSITIONS
    if Phase(after) not in moves.get(Phase(before), frozenset()):
        raise IllegalMove(f"No move from phase {before} to {after}.")


def check_state(before: str, after: str) -> None:
    if JobState(after) not in JOB_TRANSITIONS[JobState(before)]:
        raise IllegalMove(f"No move from state {before} to {after}.")


def mermaid() -> str:
    """The diagrams, for the generated document."""
    return "\n\n".join((_diagram(TRANSITIONS), _diagram(CHORE_TRANSITIONS), _diagram(JOB_TRANSITIONS)))


def _diagram(moves: Mapping[_Move, frozenset[_Move]]) -> str:
    lines = [f"    {a} --> {b}" for a, after in moves.items() for b in sorted(after)]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])
