"""What people see of jobs: theirs, and no secret."""

from datetime import timedelta

from django.utils import timezone

from agents.models import Generation, Job, Step
from agents.services import amending, jobs, showing
from projects.models import Member, Project, User
from projects.services import secrets


def test_jobs_of_all_ones_projects_and_nobody_elses(job: Job, project: Project):
    other = User.objects.create_user("bob@example.org", name="Bob")
    assert list(showing.visible(other)) == []
    Member.objects.create(project=project, user=other, role="viewer")
    assert list(showing.visible(other)) == [job]


def test_words_are_looked_for_in_titles_and_in_what_was_said(job: Job, project: Project, owner: User):
    second = jobs.start(project=project, text="Make it GREEN", by=owner)
    amending.amend(job, title="The green one")
    mine = showing.visible(owner)
    assert set(showing.saying(mine, "green")) == {job, second}
    assert list(showing.saying(mine, "reading LIST")) == [job]
    assert list(showing.saying(mine, "100%")) == []


def test_since_leaves_out_what_is_older(job: Job, owner: User):
    mine = showing.visible(owner)
    assert list(showing.since(mine, job.created_at)) == [job]
    assert list(showing.since(mine, timezone.now() + timedelta(seconds=1))) == []


def test_what_became_a_secret_later_is_taken_out_of_a_call(job: Job, project: Project, owner: User):
    step = Step.objects.create(job=job, key="one", ordinal=1, role="designer", title="Design")
    request = {"messages": [{"role": "user", "text": "Use planted-token-words"}], "max_tokens": 5}
    made = Generation.objects.create(
        job=job, step=step, role="designer", model="demo/x", request=request, response="ok planted-token-words"
    )
    secrets.put(project, name="TOKEN", value="planted-token-words", by=owner)
    shown = showing.generation(job, made.pk)
    assert shown is not None
    assert "planted-token-words" not in f"{shown.request} {shown.response}"
    assert (shown.request["max_tokens"], shown.response.startswith("ok ")) == (5, True)
