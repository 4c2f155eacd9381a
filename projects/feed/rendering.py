"""Events as frames for sockets and as fragments for pages: one template for both."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, TypedDict
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from projects.events import Fragment
from projects.feed import kinds
from projects.models import Branch, Event

log = logging.getLogger(__name__)

# So many fragments are kept in memory, of about a kilobyte each.
DRAWN = 2000


class Actor(TypedDict):
    id: int
    name: str
    handle: str


@dataclass(frozen=True)
class Shown:
    """What a template may know of an event, beside its payload."""

    seq: int
    kind: str
    ts: datetime
    job: str | None
    actor: Actor | None
    # Its name, as addresses say it: nothing of `main`, nor of what is gone or about the whole project.
    branch: str = ""


@dataclass(frozen=True)
class Rendered:
    """An event, ready for every socket of this process."""

    seq: int
    kind: str
    job: str | None
    json_frame: str
    html_frame: str
    branch: int | None = None

    @cached_property
    def bare_frame(self) -> str:
        """That it happened: for a page that shows another branch."""
        return _dump({"seq": self.seq, "html": ""})


@dataclass(frozen=True)
class Hint:
    """Something passing; the same frame for every kind of socket."""

    payload: dict[str, Any]
    branch: int | None = None

    @cached_property
    def frame(self) -> str:
        return _dump({"hint": self.payload})


@dataclass(frozen=True)
class _Drawing:
    """What a fragment depends on: its event, by name, and what its author is called by now."""

    project_id: UUID
    seq: int
    fragment: Fragment
    actor: str
    event: Event = field(compare=False)


def _dump(content: Mapping[str, Any]) -> str:
    return json.dumps(content, cls=DjangoJSONEncoder, separators=(",", ":"))


def render(event: Event) -> Rendered:
    job = str(event.job_ref) if event.job_ref else None
    body = {"seq": event.seq, "type": event.kind, "ts": event.created_at, "job": job, "payload": event.payload}
    html = {"seq": event.seq, "html": html_of(event)}
    return Rendered(event.seq, event.kind, job, _dump(body), _dump(html), event.branch_id)


def html_of(event: Event) -> str:
    """All fragments of an event; one that cannot be drawn must not stop the feed."""
    kind = kinds.find(event.kind)
    fragments = kind.fragments if kind else ()
    return "".join(fragment_of(event, fragment) for fragment in fragments)


def key_of(fragment: Fragment, event: Event) -> str:
    """The id of the element: later events with the same key replace it."""
    return fragment.key.format_map({"seq": event.seq, "job": event.job_ref, **event.payload})


def fragment_of(event: Event, fragment: Fragment) -> SafeString:
    # Not what is not kept, and not while templates are being written.
    draw = _draw if event.pk and not settings.DEBUG else _draw.__wrapped__
    try:
        return draw(_Drawing(event.project_id, event.seq, fragment, event.actor.shown if event.actor else "", event))
    except Exception:
        log.exception("event %s of project %s cannot be drawn", event.seq, event.project_id)
        return mark_safe("")


@lru_cache(DRAWN)
def _draw(drawing: _Drawing) -> SafeString:
    """An event never changes, and each page of its project shows the same."""
    event, fragment = drawing.event, drawing.fragment
    context = {
        "event": shown(event),
        "payload": event.payload,
        "key": key_of(fragment, event),
        "region": fragment.region,
    }
    return render_to_string(fragment.template, context)


def shown(event: Event) -> Shown:
    actor: Actor | None = None
    if event.actor is not None:
        actor = {"id": event.actor.pk, "name": event.actor.get_short_name(), "handle": event.actor.handle or ""}
    job = str(event.job_ref) if event.job_ref else None
    return Shown(event.seq, event.kind, event.created_at, job, actor, _beside_main(event.branch))


def _beside_main(branch: Branch | None) -> str:
    return branch.name if branch and branch.name != "main" else ""
