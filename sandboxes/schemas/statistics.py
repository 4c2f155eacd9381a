"""What a sandbox takes of the machine, as the API gives it."""

from datetime import datetime

from projects.rest import Out
from sandboxes.schemas.sandboxes import LimitsOut


class SampleOut(Out):
    """`cpu_share` is of one processor since the sample before; null where there is none of the same box."""

    taken_at: datetime
    memory_bytes: int
    disk_bytes: int
    processes: int
    cpu_seconds: float
    cpu_share: float | None


class UseOut(SampleOut):
    """`note` is what the watchdog of the box did last, as a sentence."""

    note: str


class StatisticsOut(Out):
    """`now` is null while nothing runs."""

    now: UseOut | None
    limits: LimitsOut
