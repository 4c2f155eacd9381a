"""A plan that waits is put right by a person: checked, never written over unseen, and only while it waits."""

import pytest
from django.utils import timezone

from agents import errors
from agents.lifecycle import plans
from agents.models import AgentState, Job
from agents.services import jobs, planning
from projects.errors import Refusal
from projects.models import Project, User
from projects.services import secrets
from tests.agents import planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(project: Project, owner: User) -> Job:
    return planned.wait(project, owner)


def edited(job: Job, **more: object) -> dict[str, object]:
    return {**job.blueprint, **more}


def test_a_name_a_person_gave_the_project_stays(job: Job, project: Project, owner: User):
    Project.objects.filter(pk=project.pk).update(name="Mine")
    planning.change(job, edited(job, name="Bookcase"), by=owner)
    project.refresh_from_db()
    assert project.name == "Mine"


def test_two_people_do_not_write_over_each_other(job: Job, owner: User):
    seen = plans.seal(job)
    planning.change(job, edited(job, name="First"), by=owner, seen=seen)
    with pytest.raises(planning.Overtaken):
        planning.change(job, edited(job, name="Second"), by=owner, seen=seen)
    job.refresh_from_db()
    assert job.blueprint["name"] == "First"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"phases": []}, "phases must be a list with at least one object."),
        ({"phases": [{"title": "One", "files": [{"path": "../x", "purpose": ""}]}]}, "../x"),
        ({"stack": "python", "phases": [{"title": "One", "files": [{"path": "app.py"}, {"path": "requirements.txt"}]}]},
         "The kind of app stays as it was planned."),
    ],
)  # fmt: skip
def test_a_plan_nobody_could_build_from_is_refused_in_words(job: Job, owner: User, change: dict[str, object], why: str):
    with pytest.raises(errors.Unfit, match=why):
        planning.change(job, edited(job, **change), by=owner)
    job.refresh_from_db()
    assert job.blueprint["name"] == "Shelf"


def test_once_it_is_built_the_plan_stands(job: Job, owner: User):
    jobs.resume(job, by=owner)
    with pytest.raises(errors.NotPossible, match="does not wait"):
        planning.change(job, edited(job, name="Late"), by=owner)


def test_a_secret_in_a_plan_is_not_kept(job: Job, owner: User, project: Project):
    secrets.put(project, name="API_KEY", value="q9-Kx27-wz81-Lm", by=owner)
    changed = planning.change(job, edited(job, description="With q9-Kx27-wz81-Lm"), by=owner)
    assert changed.blueprint["description"] == "With [secret API_KEY]"
    assert AgentState.objects.get(project=project).blueprint == changed.blueprint


def test_of_an_archived_project_no_plan_is_changed(job: Job, owner: User, project: Project):
    Project.objects.filter(pk=project.pk).update(archived_at=timezone.now())
    with pytest.raises(Refusal):
        planning.change(job, edited(job, name="Late"), by=owner)
