"""From a wish to a blueprint: what to build, with what, in which files."""

from typing import Any

from agents import prompts
from agents.engine import asking, steps
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.engine.speech import Speech
from agents.lifecycle.failures import Failure
from agents.llm.base import Turn
from agents.models import Step
from agents.parsing import tags
from agents.prompts import blueprint
from projects import feed
from sandboxes.runtime import stacks

_ROUNDS = 3
_TAG = "blueprint"


def run(context: Context) -> None:
    steps.once(context, "design", lambda step: _design(context, step), role="architect", title="Plan")


def _design(context: Context, step: Step) -> steps.Output:
    """Ask; when the answer does not fit the schema, ask again with the errors, within a bound."""
    asked = context.wish if context.text == context.wish else f"{context.wish}\n\n{context.text}"
    turns: tuple[Turn, ...] = (Turn("user", asked),)
    for _ in range(_ROUNDS):
        call, body = _ask(context, step, turns)
        try:
            plan = blueprint.parse(body or "")
        except blueprint.Malformed as malformed:
            complaint = "The blueprint cannot be used:\n" + "\n".join(malformed.errors)
            turns = (*turns, Turn("assistant", call.text), Turn("user", complaint))
            continue
        if plan.stack not in stacks.available():
            complaint = f"This machine cannot run {plan.stack}. Choose one of {stacks.available()}."
            turns = (*turns, Turn("assistant", call.text), Turn("user", complaint))
            continue
        _keep(context, plan.as_dict())
        return {"stack": plan.stack, "files": len(plan.paths())}
    raise Failure("malformed_output", "The model did not give a plan that can be built.")


def _ask(context: Context, step: Step, turns: tuple[Turn, ...]) -> tuple[Call, str | None]:
    values = {"stacks": prompts.stack_rules(stacks.available())}
    asked = asking.request(context, step="design", prompt="design", values=values, turns=turns)
    call = Call(context, step, *asked)
    speech, said = Speech(context), 0
    for _ in call:
        prose, _body, _closed = tags.extract(call.text, _TAG)
        speech.add(prose[said:])
        said = len(prose)
    prose, body, is_closed = tags.extract(call.text, _TAG)
    speech.add(prose[said:])
    speech.say()
    return call, body if is_closed else None


def _keep(context: Context, plan: dict[str, Any]) -> None:
    """One transaction: the job knows its plan, the project its name and stack, everybody is told."""
    with context.hold() as job:
        job.blueprint = plan
        job.plan = [
            {**phase, "files": [{**file, "closed": False} for file in phase["files"]]} for phase in plan["phases"]
        ]
        job.save(update_fields=["blueprint", "plan"])
        project = job.project
        project.template = plan["stack"]
        if project.settings.pop("is_name_provisional", False):
            project.name = plan["name"]
        project.save(update_fields=["template", "name", "settings", "updated_at"])
        payload = {"job": str(job.pk), "blueprint": plan, "name": project.name}
        feed.record(project, "blueprint_ready", payload, job_ref=job.pk)
