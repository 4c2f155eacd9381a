"""The state of a page from the log: the newest fragment of each key, in the order the keys first appeared."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from string import Formatter
from typing import NamedTuple

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils.safestring import SafeString, mark_safe

from projects.events import Fragment
from projects.feed import kinds, rendering
from projects.models import Branch, Event, Project

# How many cards a page shows, and how many events are read to find them.
CARDS = 200
WINDOW = 10 * CARDS

APPENDING = frozenset({"chat"})


class _Place(NamedTuple):
    """The newest event of a key."""

    seq: int
    fragment: Fragment


def fold(
    project: Project, regions: Iterable[str], *, cards: int = CARDS, branch: Branch | None = None
) -> dict[str, SafeString]:
    """The HTML of each region, through the same templates that sockets use; of one branch, or of all."""
    return {region: _render(project, _places(project, region, branch), cards) for region in regions}


def _render(project: Project, places: dict[str, _Place], cards: int) -> SafeString:
    newest = list(islice(places.values(), max(0, len(places) - cards), None))
    wanted = Event.objects.filter(project=project, seq__in={place.seq for place in newest}).select_related(
        "actor", "branch"
    )
    events = {event.seq: event for event in wanted}
    html = "".join(rendering.fragment_of(events[place.seq], place.fragment) for place in newest)
    return mark_safe(html)  # noqa: S308 - each part was rendered, and thereby escaped, by a template


def _places(project: Project, region: str, branch: Branch | None) -> dict[str, _Place]:
    """Key → newest event. A dict keeps the place where a key first stood, as a page does."""
    fragments: dict[str, list[Fragment]] = {}
    for kind, fragment in kinds.in_region(region):
        fragments.setdefault(kind.name, []).append(fragment)
    window = WINDOW if region in APPENDING else _depth(fragments)
    places: dict[str, _Place] = {}
    for seq, kind_name, words in _newest(_told(project, branch), fragments, window):
        for fragment in fragments[kind_name]:
            with suppress(KeyError):  # written before its kind had this word; the page lives without it
                places[fragment.key.format_map(words)] = _Place(seq, fragment)
    return places


def _depth(fragments: dict[str, list[Fragment]]) -> int:
    """A region whose keys are all one and the same word needs only its newest event."""
    keys = {fragment.key for group in fragments.values() for fragment in group}
    return 1 if len(keys) == 1 and "{" not in min(keys) else WINDOW


def _told(project: Project, branch: Branch | None) -> "list[QuerySet[Event]]":
    """What is of the branch, and what is of all: read one by one, as an index finds either and not both at once."""
    told = Event.objects.filter(project=project)
    return [told.filter(branch=branch), told.filter(branch=None)] if branch else [told]


def _newest(
    told: "list[QuerySet[Event]]", fragments: dict[str, list[Fragment]], count: int
) -> Iterator[tuple[int, str, dict[str, object]]]:
    """Number, kind and the words that keys are made of. Most events are replaced by later ones: only those that
    stay are worth their whole payload."""
    names = sorted(_words(fragment for group in fragments.values() for fragment in group))
    values_of = [KeyTextTransform(name, "payload") for name in names]
    events = [one.filter(kind__in=list(fragments)).order_by("-seq") for one in told]
    read = [one.values_list("seq", "kind", "job_ref", *values_of)[:count] for one in events]
    rows = sorted((row for part in read for row in part), key=itemgetter(0)) if fragments else []
    for seq, kind, job, *values in rows[-count:]:
        said = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        yield seq, kind, {"seq": seq, "job": job, **said}


def _words(fragments: Iterable[Fragment]) -> set[str]:
    named = (name for fragment in fragments for _, name, _, _ in Formatter().parse(fragment.key))
    return {name for name in named if name and name != "seq"}
