"""A reply that a worker died over is taken in, or gone on with: what it brought is not paid for again.

Only right after a death. Whoever asks for another try wants another answer.
"""

import uuid
from dataclasses import dataclass

from agents.engine import asking, continuing
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.engine.sinks import JobSink
from agents.engine.writer import Writer
from agents.llm.base import Begun, Finish
from agents.models import Generation, Message, Step
from projects.models import Event

_LOST, _TO_ITS_END = "lost", "stop"
_OF_FILES = ("file_closed", "file_edited", "file_deleted")
_GO_ON = (
    "Only a part of this reply was taken. In place are: {}. Nothing else of it was taken, and no other edit. Go on "
    "with what is still missing: edits taken from the text as it is now, files whole. If nothing is missing, say so in "
    "one sentence."
)


@dataclass(frozen=True)
class Kept:
    """`done`: what was staged from it and told, as (kind, path). One of which nothing was can be taken in as it is."""

    id: uuid.UUID
    text: str
    begun: Begun | None
    left_out: frozenset[str]
    done: tuple[tuple[str, str], ...]

    @property
    def go_on(self) -> str:
        """What a model is told of a reply of which a part is in place."""
        named = (f"{path} (removed)" if kind == "file_deleted" else path for kind, path in self.done)
        return _GO_ON.format(", ".join(named))


def of(context: Context, step: Step) -> Kept | None:
    """The newest reply of the step, if it came to its end or brought something, and nobody wrote in between."""
    newest = Generation.objects.filter(step=step).order_by("attempt", "created_at").last()
    if newest is None or not _is_orphan(context, newest):
        return None
    is_whole = not newest.error_code and newest.finish_reason == _TO_ITS_END
    done = _done(context, step, newest)
    if not (is_whole or done) or _is_written_over(context, newest, done):
        return None
    begun, left_out = continuing.of(newest.request.get("begun")), frozenset(newest.request.get("left_out") or ())
    return Kept(newest.pk, newest.response, begun, left_out, done)


def read(context: Context, step: Step, asked: asking.Asked, writer: Writer[JobSink], kept: Kept) -> Call:
    """A whole one of which nothing was staged, as if it came now; what it says was perhaps said."""
    call = Call(context, step, *asked, text=kept.text, finish=Finish(_TO_ITS_END), id=kept.id)
    writer.sink.call = call
    writer.sink.speech.said = _said(context, kept)
    writer.begun, writer.left_out = kept.begun, kept.left_out
    try:
        asking.take_in([kept.text], writer)
    finally:
        asking.wind_up(context, writer)
    return call


def _said(context: Context, kept: Kept) -> frozenset[str]:
    since = Generation.objects.values_list("created_at", flat=True).get(pk=kept.id)
    messages = Message.objects.filter(job=context.job, created_at__gt=since).exclude(role="user")
    return frozenset(messages.values_list("text", flat=True))


def _is_orphan(context: Context, newest: Generation) -> bool:
    """Whether its attempt, and every one since, ended by a death."""
    since = context.job.attempt_rows.filter(number__gte=newest.attempt, number__lt=context.job.attempts)
    return set(since.values_list("outcome", flat=True)) == {_LOST}


def _done(context: Context, step: Step, newest: Generation) -> tuple[tuple[str, str], ...]:
    """The last facts of the step, as many as were staged from the reply."""
    rows = Event.objects.filter(project=context.project, job_ref=context.job.pk, kind__in=_OF_FILES).order_by("-seq")
    told = [(row.kind, str(row.payload["path"])) for row in rows[: newest.staged] if row.payload["step"] == step.key]
    return tuple(reversed(told))


def _is_written_over(context: Context, newest: Generation, done: tuple[tuple[str, str], ...]) -> bool:
    """It was made of files that somebody has changed since."""
    changes = context.changeset().changes.filter(staged_at__gt=newest.created_at)
    return changes.exclude(path__in=[path for _, path in done]).exists()
