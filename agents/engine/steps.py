"""Memoised steps: what is recorded as done is never done again. What failed may be tried anew."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from agents import enums
from agents.engine import faultpoints
from agents.engine.context import Context
from agents.models import Job, Step

Output = dict[str, Any]


def once(
    context: Context,
    key: str,
    work: Callable[[Step], Output],
    *,
    role: str,
    title: str,
    told: Callable[[Job, Output], None] | None = None,
) -> Output:
    """Do the work of a step unless an earlier attempt has done it; give back its output.

    Whatever `told` records of it is recorded as often as the step is: once.
    """
    context.heed()
    step = _begin(context, key, role=role, title=title)
    if step.state == enums.StepState.DONE:
        return dict(step.output)
    faultpoints.reach("step_begun")
    output = work(step)
    faultpoints.reach("step_worked")
    with context.hold() as job:
        _settle(step, output)
        if told is not None:
            told(job, output)
    faultpoints.reach("step_done")
    return output


def _begin(context: Context, key: str, *, role: str, title: str) -> Step:
    with context.hold() as job:
        step, _ = Step.objects.get_or_create(
            job=job,
            key=key,
            defaults={"ordinal": job.steps.count() + 1, "role": role, "title": title},
        )
        if step.state == enums.StepState.FAILED:
            step.state, step.finished_at = enums.StepState.RUNNING, None
            step.save(update_fields=["state", "finished_at"])
    return step


def fail(step: Step, output: Output) -> None:
    """Inside the transaction in which it is decided what comes of it."""
    _settle(step, output, state=enums.StepState.FAILED)


def _settle(step: Step, output: Output, *, state: enums.StepState = enums.StepState.DONE) -> None:
    step.state = state
    step.output = output
    step.finished_at = timezone.now()
    step.save(update_fields=["state", "output", "finished_at"])
