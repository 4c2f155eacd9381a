"""The plan of a first build: kept with its job, shown to everybody, and looked at by a person who asked to."""

import hashlib
import json
from typing import Any

from agents.lifecycle import facts
from agents.models import AgentState, Job
from projects.models import Project, User

# In a job's input: whether a person looks at the plan before anything is built, and has.
KEY, ASK, GIVEN = "approval", "ask", "given"
EDITED = "is_plan_edited"


def keep(job: Job, plan: dict[str, Any], *, by: User | None = None) -> None:
    """Of a job that the caller holds: it knows its plan, the project its name and stack, everybody is told.

    On a branch beside `main` something is tried: the project stays what it is.
    """
    called = job.blueprint.get("name")
    job.blueprint = plan
    job.plan = [{**phase, "files": [{**file, "closed": False} for file in phase["files"]]} for phase in plan["phases"]]
    job.save(update_fields=["blueprint", "plan"])
    AgentState.objects.filter(project=job.project_id, job=job).update(blueprint=plan)
    if job.branch.name == "main":
        _shape(job.project, plan, called=called)
    else:
        job.branch.template = plan["stack"]
        job.branch.save(update_fields=["template"])
    payload = {"job": str(job.pk), "blueprint": plan, "name": job.project.name}
    facts.record(job, "blueprint_ready", payload, by=by)


def _shape(project: Project, plan: dict[str, Any], *, called: str | None) -> None:
    project.template = plan["stack"]
    if project.settings.pop("is_name_provisional", False) or project.name == called:
        project.name = plan["name"]
    project.save(update_fields=["template", "name", "settings", "updated_at"])


def is_waiting_to_be_seen(job: Job) -> bool:
    return bool(job.input.get(KEY) == ASK)


def approve(job: Job) -> None:
    """Of a job that the caller has locked."""
    job.input = {**job.input, KEY: GIVEN}
    job.save(update_fields=["input"])


def seal(job: Job) -> str:
    """Which plan somebody looked at."""
    return hashlib.sha256(json.dumps(job.blueprint, sort_keys=True).encode()).hexdigest()[:16]
