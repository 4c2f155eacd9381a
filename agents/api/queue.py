"""The queue of jobs, for the staff: how deep, how old, who works on it, and whether anything is taken from it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from agents.enums import Gate
from agents.models import Queue
from agents.models.queues import GENERATE
from agents.schemas.states import GateOut, QueuesOut
from agents.services import queues
from projects.rest import Request, Room

room = Room("queue")


@room.get("/queue", QueuesOut, scope="manage")
def read_queue(request: Request) -> Any:
    """Read how much waits, for how long, and who works on it. For staff."""
    _check_staff(request)
    there = queues.workers()
    names = {GENERATE} | {name for worker in there or () for name in worker.queues}
    return {
        **_told(queues.read()),
        "queues": [_shown(name, there) for name in sorted(names)],
        "workers": there,
    }


@room.post("/queue/pause", GateOut, scope="manage", status=200)
def pause_queue(request: Request) -> Any:
    """Let no job be taken by any worker. What runs ends its turn, within a minute or two. For staff."""
    return _set(request, Gate.PAUSED)


@room.post("/queue/drain", GateOut, scope="manage", status=200)
def drain_queue(request: Request) -> Any:
    """Let nothing new be begun; what somebody has begun goes on to its end. For staff."""
    return _set(request, Gate.DRAINING)


@room.post("/queue/resume", GateOut, scope="manage", status=200)
def resume_queue(request: Request) -> Any:
    """Let jobs be taken again. For staff."""
    return _set(request, Gate.OPEN)


def _set(request: Request, gate: Gate) -> Any:
    _check_staff(request)
    return _told(queues.set_gate(gate, by=request.user))


def _told(queue: Queue) -> dict[str, Any]:
    by = queue.changed_by
    return {"gate": queue.gate, "changed_by": by.get_short_name() if by else None, "changed_at": queue.changed_at}


def _shown(name: str, there: list[queues.Worker] | None) -> dict[str, Any]:
    now = timezone.now()
    depths = queues.depths() if name == GENERATE else []
    return {
        "name": name,
        "jobs": [
            {**vars(depth), "age_seconds": max(0, round((now - depth.oldest_at).total_seconds()))} for depth in depths
        ],
        "workers": None if there is None else sum(name in worker.queues for worker in there),
    }


def _check_staff(request: Request) -> None:
    if not request.user.is_staff:
        raise PermissionDenied
