"""A person asks to have the app mended: by what they say and what it reported while it ran; else whatever fails when
it is tried.
"""

from agents.engine import changing, complaints, repair, steps
from agents.engine.context import Context
from agents.engine.conversation import Earlier
from agents.lifecycle import naming
from agents.llm.base import Turn
from agents.models import Step
from sandboxes.runtime import lifecycle


def run(context: Context) -> None:
    """Without anything to go by there is no round before the first try."""
    lifecycle.show(context.sandbox(), context.changeset())
    told = _told(context)
    if told:
        key = f"{repair.KEY}-1"
        steps.once(context, key, lambda step: _mend(context, step, told), role="fixer", title="Repair 1")


def _mend(context: Context, step: Step, told: str) -> steps.Output:
    return changing.change(context, step, prompt="repair", earlier=Earlier((Turn("user", told),)))


def _told(context: Context) -> str:
    said = "" if naming.is_unspoken(context.job) else context.text
    return "\n\n".join(part for part in (said, complaints.told(context)) if part)
