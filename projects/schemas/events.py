"""Events as the API gives them: the same facts that sockets hear."""

from datetime import datetime
from typing import Any
from uuid import UUID

from projects.models import Event
from projects.rest import In, Int, Out


class Since(In):
    after: int = Int(0, description="The number of the last event you know.")
    limit: int = Int(50, least=1, most=100)


class EventOut(Out):
    """`seq` has no gaps within a project; `payload` depends on `type`: docs/events.md lists them."""

    seq: int
    type: str
    ts: datetime
    job: UUID | None
    payload: dict[str, Any]

    @staticmethod
    def resolve_type(event: Event) -> str:
        return event.kind

    @staticmethod
    def resolve_ts(event: Event) -> datetime:
        return event.created_at

    @staticmethod
    def resolve_job(event: Event) -> UUID | None:
        return event.job_ref


class EventPage(Out):
    """`next` is what to send as `after` for more; null when this is all there is now."""

    items: list[EventOut]
    next: str | None
