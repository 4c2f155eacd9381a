"""A small request on a project that exists becomes a small change."""

from dataclasses import replace

from agents.engine import changing, complaints, conversation, reading, review, steps
from agents.engine.context import Context
from agents.engine.speech import say_once
from agents.lifecycle.failures import Failure
from agents.models import Step
from sandboxes.runtime import lifecycle

KEY = "edit"
_STUCK = "The model gave the same answer again, and it does not fit the files as they are."


def run(context: Context) -> None:
    """What the model only answered is in the chat."""
    changeset = context.changeset()
    lifecycle.show(context.sandbox(), changeset)
    steps.once(context, KEY, lambda step: _edit(context, step), role="builder", title="Edit")
    if reading.is_changed(changeset):
        review.after_change(context)


def _edit(context: Context, step: Step) -> steps.Output:
    before = conversation.of(context)
    earlier = replace(before, turns=complaints.beside(context, before.turns))
    output = changing.change(context, step, prompt="edit", earlier=earlier)
    _conclude(context, output)
    return output


def _conclude(context: Context, output: steps.Output) -> None:
    """Say what the person would otherwise miss."""
    is_changed = reading.is_changed(context.changeset())
    if output["is_stuck"] and not is_changed:
        raise Failure("malformed_output", _STUCK, retryable=False)
    if output["left_out"] and not is_changed:
        raise Failure("malformed_output", "None of the model's edits fits the files as they are.")
    if output["has_acted"] and not output["left_out"] and not is_changed:
        say_once(context, "Nothing had to be changed: the files are that way already.")
