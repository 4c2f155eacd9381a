"""What a sandbox takes of the machine, as the API gives it."""

from datetime import datetime

from projects.rest import Out
from sandboxes.schemas.sandboxes import LimitsOut


class SampleOut(Out):
    """`cpu_share` is of one processor since the sample before; null where there is none of the same box.

    `network_in` and `network_out` are the bytes that went into the sandbox's boxes and out of them since it was made:
    through its preview, and what was downloaded.
    """

    taken_at: datetime
    memory_bytes: int
    disk_bytes: int
    processes: int
    cpu_seconds: float
    cpu_share: float | None
    network_in: int
    network_out: int


class UseOut(SampleOut):
    """`note` is what the watchdog of the box did last, as a sentence."""

    note: str


class StatisticsOut(Out):
    """`now` is null while nothing runs."""

    now: UseOut | None
    limits: LimitsOut
