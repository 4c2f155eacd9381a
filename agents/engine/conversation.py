"""What was said before, as a model is told it: the newest messages whole, the older ones in a line each.

No model is asked for it, so the same conversation always gives the same words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from agents import enums, tokens
from agents.engine.context import Context
from agents.lifecycle import reruns, speech
from agents.llm.base import Turn
from agents.models import Job, Message
from projects.models import Version

# So many are told whole, as long as they have no more tokens than that together.
_WHOLE, _MOST_TOKENS = 12, 6_000
_LINES, _MOST_LINE = 40, 160
_OUTCOMES = {
    enums.JobState.FAILED: "failed",
    enums.JobState.CANCELLED: "stopped",
    enums.JobState.COMPLETED: "answered, nothing was changed",
}


@dataclass(frozen=True)
class Earlier:
    """`turns` whole, and at last what is asked now. `lines` say what people asked before those; `unsaid` counts the
    messages that stand in neither."""

    turns: tuple[Turn, ...]
    lines: tuple[str, ...] = ()
    unsaid: int = 0

    def within(self, room: int) -> "Earlier":
        """The newest lines that fit into so many tokens."""
        kept = list(self.lines)
        while kept and tokens.count("\n".join(kept)) > room:
            kept.pop(0)
        return replace(self, lines=tuple(kept), unsaid=self.unsaid + len(self.lines) - len(kept))


def of(context: Context) -> Earlier:
    rows = _before(context.job).order_by("-created_at", "-id")
    newest = list(rows[:_WHOLE])
    whole = newest[: _fitting([message.text for message in newest])]
    turns = tuple(_turn(message) for message in reversed(whole))
    asked = rows.filter(role=enums.Author.USER).select_related("job")
    ids = {message.pk for message in whole}
    older = [message for message in asked[: _LINES + _WHOLE] if message.pk not in ids][:_LINES]
    lines = _lines(older[::-1])
    unsaid = rows.count() - len(whole) - len(older)
    return Earlier((*turns, Turn("user", context.text)), lines, unsaid)


def _before(job: Job) -> "QuerySet[Message]":
    """Run again, it hears what it heard the first time."""
    first = reruns.first_of(job)
    later = Q(job__created_at__gt=first.created_at)
    said = Message.objects.filter(session=first.session_id).exclude(job=first).exclude(later)
    return said if first == job else said.filter(created_at__lte=first.started_at or first.created_at)


def _turn(message: Message) -> Turn:
    return Turn("user" if message.role == enums.Author.USER else "assistant", message.text)


def _fitting(texts: Sequence[str]) -> int:
    """How many of them, from the newest on."""
    left = _MOST_TOKENS
    for number, text in enumerate(texts):
        left -= tokens.count(text)
        if left < 0:
            return number
    return len(texts)


def _lines(messages: Sequence[Message]) -> tuple[str, ...]:
    """What was asked for, and what came of it."""
    jobs = {message.job_id for message in messages}
    versions = dict(Version.objects.filter(job_ref__in=jobs).order_by("number").values_list("job_ref", "number"))
    return tuple(_line(message, versions.get(message.job_id) if message.job_id else None) for message in messages)


def _line(message: Message, version: int | None) -> str:
    words = " ".join(message.text.split())
    words = words if len(words) <= _MOST_LINE else f"{words[: _MOST_LINE - 1].rstrip()}…"
    state = message.job.state if message.job else ""
    outcome = f"version {version}" if version else next((word for of, word in _OUTCOMES.items() if of == state), "")
    return f"- {speech.PERSON}: “{words}”" + (f" → {outcome}" if outcome else "")
