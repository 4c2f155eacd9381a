"""What agents and the queue are at, as the API gives it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from agents.enums import Gate, JobState, Phase
from projects.rest import Out


class StateOut(Out):
    """`job` is the one in the foreground, if any. What happens from now on has numbers after `last_seq`."""

    project: UUID
    phase: Phase
    blueprint: dict[str, Any]
    job: UUID | None
    job_state: JobState | None
    waits: str
    last_seq: int
    updated_at: datetime | None


class GateOut(Out):
    """Whether jobs are taken: all (open), only those that somebody has begun (draining), or none (paused)."""

    gate: Gate
    changed_by: str | None
    changed_at: datetime | None


class DepthOut(Out):
    state: JobState
    count: int
    oldest_at: datetime
    age_seconds: int


class QueueOut(Out):
    """`workers` is null when nobody can be asked. Work of the queues without jobs stands in no row to be counted."""

    name: str
    jobs: list[DepthOut]
    workers: int | None


class WorkerOut(Out):
    host: str
    pid: int
    queues: list[str]


class QueuesOut(GateOut):
    queues: list[QueueOut]
    workers: list[WorkerOut] | None
