"""Presentation of what changed: lines with their numbers, names of states."""

from collections.abc import Iterator
from typing import NamedTuple

from django import template

from projects.enums import ChangeSetState, Decision
from projects.services.showing import MOST_LINE
from projects.store import trees
from projects.store.diffs import Hunk

register = template.Library()

_STATES = {
    ChangeSetState.OPEN: "run",
    ChangeSetState.APPLIED: "ok",
    ChangeSetState.REJECTED: "bad",
    ChangeSetState.SUPERSEDED: "idle",
    Decision.APPROVED: "ok",
    Decision.REJECTED: "bad",
    Decision.UNDECIDED: "idle",
}


class NumberedLine(NamedTuple):
    """A line with its number before and after; empty on the side where it is not."""

    before: int | str
    after: int | str
    kind: str
    sign: str
    text: str
    is_cut: bool
    is_unended: bool


@register.filter
def numbered(hunk: Hunk) -> Iterator[NumberedLine]:
    before, after = hunk.before_start, hunk.after_start
    for sign, text in hunk.lines:
        shown = text.rstrip("\r\n")
        yield NumberedLine(
            before if sign != "+" else "",
            after if sign != "-" else "",
            {"+": "add", "-": "del"}.get(sign, "same"),
            "−" if sign == "-" else sign,
            shown[:MOST_LINE],
            len(shown) > MOST_LINE,
            not text.endswith("\n"),
        )
        before += sign != "+"
        after += sign != "-"


@register.filter
def lamp(state: str) -> str:
    """The badge's state for a change set's state or a decision."""
    return _STATES.get(state, "idle")  # type: ignore[call-overload,no-any-return]  # a template gives any word


@register.filter
def path_id(path: str) -> str:
    return trees.path_id(path)


@register.filter
def history_key(number: int) -> str:
    """The id of a version on the page of the history; its events use the same."""
    return f"history-{number}"


@register.filter
def author_name(author_line: str) -> str:
    """Without the address, which is for git."""
    return author_line.rpartition(" <")[0] or author_line
