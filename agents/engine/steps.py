"""Memoised steps: what is recorded as done is never done again."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from agents import enums
from agents.engine.context import Context
from agents.models import Step

Output = dict[str, Any]


def once(context: Context, key: str, work: Callable[[Step], Output], *, role: str, title: str) -> Output:
    """Do the work of a step unless an earlier attempt has done it; give back its output."""
    context.heed()
    step = _begin(context, key, role=role, title=title)
    if step.state == enums.StepState.DONE:
        return dict(step.output)
    output = work(step)
    with context.hold():
        _settle(step, output)
    return output


def _begin(context: Context, key: str, *, role: str, title: str) -> Step:
    with context.hold() as job:
        step, _ = Step.objects.get_or_create(
            job=job,
            key=key,
            defaults={"ordinal": job.steps.count() + 1, "role": role, "title": title},
        )
    return step


def _settle(step: Step, output: Output) -> None:
    step.state = enums.StepState.DONE
    step.output = output
    step.finished_at = timezone.now()
    step.save(update_fields=["state", "output", "finished_at"])
