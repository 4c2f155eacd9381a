"""What a person asks is answered in words, and nothing is changed: how it would be done, or why it is so."""

from contextlib import closing

from agents.engine import asking, composing, conversation, reading, steps, view
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.engine.speech import Speech
from agents.lifecycle.failures import Failure
from agents.models import Step
from projects.enums import ChangeSetState
from projects.models import ChangeSet
from projects.services import files

KEY = "plan"
_CUT = "\n\n*Here the answer reached the length a reply may have. Ask for the rest.*"


def run(context: Context) -> None:
    steps.once(context, KEY, lambda step: _answer(context, step), role="architect", title="Answer")


def _answer(context: Context, step: Step) -> steps.Output:
    """All of it is said as it comes: code in it is a part of the answer and reaches no file."""
    call, speech = Call(context, step, *_request(context)), Speech(context)
    try:
        with closing(call.texts()) as texts:
            for text in texts:
                speech.add(text)
        if call.finish and call.finish.reason == "length":
            speech.add(_CUT)
    finally:
        if not context.is_lost():
            speech.say()
    if not call.text.strip():
        raise Failure("malformed_output", "The model answered with nothing.")
    return {"length": len(call.text)}


def _seen(context: Context) -> ChangeSet:
    """What is shown in the box, such as a first build that failed; else the branch as it is."""
    shown = context.sandbox().changeset
    return shown if shown is not None and shown.state == ChangeSetState.OPEN else context.changeset()


def _request(context: Context) -> asking.Asked:
    changeset, earlier = _seen(context), conversation.of(context)
    said = "\n".join(turn.text for turn in earlier.turns)
    first = sorted(reading.named(said, files.working_manifest(changeset)))
    values, given = composing.values(context, changeset, step=KEY, prompt=KEY, first=first, earlier=earlier)
    left_out = view.hidden(given)
    return asking.request(
        context, step=KEY, prompt=KEY, values=values, turns=earlier.turns, left_out=left_out, given=given
    )
