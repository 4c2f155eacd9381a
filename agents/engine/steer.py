"""What was said while a job was at work becomes a change of what it has made, as a step of its own.

A first build is told between two files, too, so that those still to come know of it.
"""

from dataclasses import replace

from agents import enums
from agents.engine import changing, conversation, steps
from agents.engine.context import Context
from agents.engine.speech import say
from agents.lifecycle import steering
from agents.llm.base import Turn
from agents.models import Message, Step

_DONE = "That is done so far."


def run(context: Context) -> None:
    """As long as anything is left unheard: more may be said meanwhile."""
    while steering.unheard(context.job):
        key = steering.next_key(context.job)
        steps.once(context, key, lambda step: _change(context, step), role="builder", title="Take in what was said")


def _change(context: Context, step: Step) -> steps.Output:
    new = steering.unheard(context.job)
    text = "\n\n".join(message.text for message in new)
    before = conversation.of(context)
    turns = (*before.turns, Turn("assistant", _answered(context)), Turn("user", text))
    output = changing.change(context, step, prompt="edit", earlier=replace(before, turns=turns), text=text)
    if output["left_out"] and not output["files"]:
        say(context, "This did not fit, and was left out:\n\n" + "\n\n".join(output["left_out"]))
    return {**output, steering.HEARD: [str(message.pk) for message in new]}


def _answered(context: Context) -> str:
    """What the agent said last in this job."""
    spoken = Message.objects.filter(job=context.job, role=enums.Author.ASSISTANT).order_by("created_at").last()
    return spoken.text if spoken else _DONE
