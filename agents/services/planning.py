"""A person puts a plan right before anything is built from it."""

from typing import Any

from django.db import transaction

from agents import enums
from agents.errors import NotPossible, Unfit
from agents.lifecycle import plans
from agents.models import Job
from agents.prompts import blueprint
from projects.models import User
from projects.services import projects, secrets, writing


class Overtaken(NotPossible):
    """Somebody else changed it meanwhile."""


def change(job: Job, plan: dict[str, Any], *, by: User, seen: str = "") -> Job:
    """`seen` says which plan this one was made from."""
    wanted = _checked(secrets.masker(job.project).value(plan))
    with transaction.atomic():
        projects.check_open(writing.lock(job.project_id))
        fresh = Job.objects.select_related("project").get(pk=job.pk)
        if not is_changeable(fresh):
            raise NotPossible("This plan does not wait to be looked at.")
        if seen and seen != plans.seal(fresh):
            raise Overtaken("Somebody changed the plan meanwhile.")
        _check_stack(fresh, wanted)
        fresh.input = {**fresh.input, plans.EDITED: True}
        fresh.save(update_fields=["input"])
        plans.keep(fresh, wanted, by=by)
    return fresh


def is_changeable(job: Job) -> bool:
    return job.state == enums.JobState.PAUSED and job.waiting_for == enums.WaitingFor.APPROVAL


def _checked(plan: Any) -> dict[str, Any]:
    try:
        return blueprint.from_dict(plan).as_dict()
    except blueprint.Malformed as malformed:
        raise Unfit(" ".join(malformed.errors)) from None


def _check_stack(job: Job, plan: dict[str, Any]) -> None:
    if plan["stack"] != job.blueprint["stack"]:
        raise Unfit("The kind of app stays as it was planned. For another one, stop this and wish anew.")
