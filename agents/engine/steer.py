"""What was said while a job was at work becomes a change of what it has made, as a step of its own.

While it writes, a reply is left at the next file boundary, so that the files still to come know of it, too.
"""

from agents.engine import changing, steps
from agents.engine.context import Context
from agents.lifecycle import steering
from agents.llm.base import Turn
from agents.models import Step


def run(context: Context) -> None:
    """As long as anything is left unheard: more may be said meanwhile."""
    while steering.is_due(context.job):
        key = f"{steering.KEY}-{steering.heard(context.job) + 1}"
        steps.once(context, key, lambda step: _change(context, step), role="builder", title="Take in what was said")


def _change(context: Context, step: Step) -> steps.Output:
    said = steering.said(context.job)
    new = "\n\n".join(said[steering.heard(context.job) :])
    output = changing.change(context, step, prompt="edit", turns=(Turn("user", new),), text=new)
    return {**output, steering.HEARD: len(said)}
