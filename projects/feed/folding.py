"""The state of a page from the log: the newest fragment of each key, in the order the keys first appeared."""

from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from projects.events import Fragment
from projects.feed import kinds, rendering
from projects.models import Event, Project

# How many cards a page shows, and how many events are read to find them.
CARDS = 200
WINDOW = 10 * CARDS

APPENDING = frozenset({"chat"})


class _Piece(NamedTuple):
    event: Event
    fragment: Fragment


def fold(project: Project, regions: Iterable[str], *, cards: int = CARDS) -> dict[str, SafeString]:
    """The HTML of each region, through the same templates that sockets use."""
    return {region: _render(_pieces(project, region), cards) for region in regions}


def _render(pieces: dict[str, _Piece], cards: int) -> SafeString:
    newest = islice(pieces.values(), max(0, len(pieces) - cards), None)
    html = "".join(rendering.fragment_of(piece.event, piece.fragment) for piece in newest)
    return mark_safe(html)  # noqa: S308 - each part was rendered, and thereby escaped, by a template


def _pieces(project: Project, region: str) -> dict[str, _Piece]:
    """Key → newest piece. A dict keeps the place where a key first stood, as a page does."""
    fragments: dict[str, list[Fragment]] = {}
    for kind, fragment in kinds.in_region(region):
        fragments.setdefault(kind.name, []).append(fragment)
    window = WINDOW if region in APPENDING else _depth(fragments)
    pieces: dict[str, _Piece] = {}
    for event in _newest(project, list(fragments), window):
        for fragment in fragments[event.kind]:
            with suppress(KeyError):  # written before its kind had this word; the page lives without it
                pieces[rendering.key_of(fragment, event)] = _Piece(event, fragment)
    return pieces


def _depth(fragments: dict[str, list[Fragment]]) -> int:
    """A region whose keys are all one and the same word needs only its newest event."""
    keys = {fragment.key for group in fragments.values() for fragment in group}
    return 1 if len(keys) == 1 and "{" not in min(keys) else WINDOW


def _newest(project: Project, names: list[str], count: int) -> list[Event]:
    if not names:
        return []
    events = Event.objects.filter(project=project, kind__in=names).select_related("actor")
    return list(events.order_by("-seq")[:count])[::-1]
