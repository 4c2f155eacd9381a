"""From a wish to a blueprint: what to build, with what, in which files."""

import time
from collections.abc import Collection
from contextlib import closing
from typing import Any

from agents import prompts
from agents.engine import asking, circles, faultpoints, steps
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.engine.speech import Speech
from agents.lifecycle import plans
from agents.lifecycle.failures import Failure
from agents.llm.base import Turn
from agents.models import Step
from agents.parsing import parts
from agents.prompts import blueprint
from projects import storable
from sandboxes.runtime import stacks

KEY = "design"
_ROUNDS = 3
_TAG = "blueprint"
_LOOK_EVERY = 0.1
_STUCK = "The model gave the same plan again, and it cannot be built."


def run(context: Context) -> None:
    steps.once(context, KEY, lambda step: _design(context, step), role="architect", title="Plan")


def _design(context: Context, step: Step) -> steps.Output:
    """Ask; when the answer does not fit the schema, ask again with the errors, within a bound."""
    turns: tuple[Turn, ...] = (Turn("user", _request(context)),)
    circle = circles.Circle()
    for _ in range(_ROUNDS):
        if context.job.plan:  # told already, in this attempt or in one that ended right after
            return {"stack": context.job.blueprint["stack"]}
        call = _ask(context, step, turns)
        try:
            _keep(context, plan_of(call.text, able=call.request.stacks))
        except blueprint.Malformed as malformed:
            complaint = storable.text("The blueprint cannot be used:\n" + "\n".join(malformed.errors))
            turns = (*turns, Turn("assistant", call.text), Turn("user", complaint))
            if circle.is_closed_by(call, complaint):
                raise Failure("malformed_output", _STUCK, retryable=False) from None
    if not context.job.plan:
        raise Failure("malformed_output", "The model did not give a plan that can be built.")
    return {"stack": context.job.blueprint["stack"]}


def _request(context: Context) -> str:
    return context.wishes if context.text == context.wish else f"{context.wishes}\n\n{context.text}"


def plan_of(text: str, *, able: Collection[str]) -> dict[str, Any]:
    """The blueprint in a whole reply, if it can be built with what this machine has."""
    _, body, is_closed = parts.extract(text, _TAG)
    plan = blueprint.parse((body if is_closed else None) or "")
    if plan.stack not in able:
        raise blueprint.Malformed([f"This machine cannot run {plan.stack}. Choose one of {', '.join(able)}."])
    return plan.as_dict()


def prose_of(text: str) -> str:
    """What it says beside the blueprint, as far as it is there."""
    return parts.extract(text, _TAG).prose


def _ask(context: Context, step: Step, turns: tuple[Turn, ...]) -> Call:
    """The call, its prose told while it came."""
    values = {"stacks": prompts.stack_rules(stacks.available())}
    asked = asking.request(context, step=KEY, prompt="design", values=values, turns=turns)
    call, speech = Call(context, step, *asked), Speech(context)
    said, looked = 0, 0.0
    try:
        with closing(call.texts()) as texts:
            for _ in texts:
                if time.monotonic() - looked >= _LOOK_EVERY:
                    looked = time.monotonic()
                    said = _tell(speech, call.text, said)
    finally:
        _tell(speech, call.text, said)
        if not context.is_lost():
            speech.say()
    return call


def _tell(speech: Speech, text: str, said: int) -> int:
    """Pass on the prose that came since; gives back how much of it is told."""
    prose = prose_of(text)
    speech.add(prose[said:])
    return len(prose)


def _keep(context: Context, plan: dict[str, Any]) -> None:
    with context.hold() as job:
        plans.keep(job, plan)
    faultpoints.reach("plan_kept")
