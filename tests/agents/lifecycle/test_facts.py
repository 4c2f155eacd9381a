"""Facts about jobs know their branch."""

import re
from pathlib import Path

from django.conf import settings
from django.db import transaction

from agents.lifecycle import facts
from agents.models import Job
from agents.services import jobs
from projects.models import Event, Project, User
from projects.services import branches

AGENTS = Path(settings.BASE_DIR) / "agents"


def test_a_fact_belongs_to_the_job_and_to_its_branch(job: Job, owner: User):
    with transaction.atomic():
        facts.record(job, "budget_reached", {"job": str(job.pk), "budget": "1.00", "spent": "1.00"}, by=owner)
    told = Event.objects.order_by("-seq")[0]
    assert (told.project, told.kind, told.job_ref, told.branch_id) == (
        job.project,
        "budget_reached",
        job.pk,
        job.branch_id,
    )
    assert told.actor == owner


def test_all_that_is_told_of_a_message_belongs_to_its_branch(project: Project, owner: User):
    night = branches.create(project, "night", by=owner)
    job = jobs.start(project=project, branch=night, text="Darker", by=owner)
    told = Event.objects.filter(project=project).exclude(kind="branch_created")
    assert {event.branch_id for event in told} == {night.pk}
    assert set(told.values_list("job_ref", flat=True)) == {job.pk}


def test_nothing_is_told_of_a_job_past_its_branch():
    """Whoever wants to tell something of a job does it by `facts`: otherwise the pages of all branches show it."""
    told = {
        str(path.relative_to(AGENTS))
        for path in AGENTS.rglob("*.py")
        if re.search(r"feed\.record\(", path.read_text("utf-8"))
    }
    assert told == {"lifecycle/facts.py", "services/states.py"}
