"""A small request on a project that exists becomes a small change."""

from django.db.models import Q

from agents.engine import changing, reading, steps
from agents.engine.context import Context
from agents.engine.speech import say
from agents.lifecycle import reruns
from agents.lifecycle.failures import Failure
from agents.llm.base import Turn
from agents.models import Message, Step
from sandboxes.runtime import lifecycle

KEY = "edit"
_TURNS = 12


def run(context: Context) -> None:
    """What the model only answered is in the chat."""
    changeset = context.changeset()
    lifecycle.show(context.sandbox(), changeset)
    steps.once(context, KEY, lambda step: _edit(context, step), role="builder", title="Edit")


def _edit(context: Context, step: Step) -> steps.Output:
    output = changing.change(context, step, prompt="edit", turns=conversation(context))
    _conclude(context, output)
    return output


def _conclude(context: Context, output: steps.Output) -> None:
    """Say what the person would otherwise miss."""
    is_changed = reading.is_changed(context.changeset())
    if output["left_out"] and not is_changed:
        raise Failure("malformed_output", "None of the model's edits fits the files as they are.")
    if output["has_acted"] and not output["left_out"] and not is_changed:
        say(context, "Nothing had to be changed: the files are that way already.")


def conversation(context: Context) -> tuple[Turn, ...]:
    """What was said before, and at last what is asked now. Run again, it hears what it heard the first time."""
    first = reruns.first_of(context.job)
    later = Q(job__created_at__gt=first.created_at)
    newest = Message.objects.filter(session=first.session).exclude(job=first).exclude(later)
    if first != context.job:
        newest = newest.filter(created_at__lte=first.started_at or first.created_at)
    said = [
        Turn("user" if message.role == "user" else "assistant", message.text)
        for message in reversed(newest.order_by("-created_at")[:_TURNS])
    ]
    return (*said, Turn("user", context.text))
