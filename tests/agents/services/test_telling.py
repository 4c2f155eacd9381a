"""What is said to a job at work, or in its absence: once, masked, and never lost between the two."""

import pytest

from agents import errors
from agents.lifecycle import steering
from agents.models import Job, Message
from agents.services import jobs, telling
from projects.models import Project, User
from projects.services import branches, secrets

pytestmark = pytest.mark.django_db


def texts() -> list[str]:
    return list(Message.objects.order_by("created_at").values_list("text", flat=True))


def test_the_same_key_says_it_once(job: Job, owner: User):
    for _ in range(2):
        telling.steer(job, "In green, please", by=owner, key="k" * 32)
    assert texts() == ["A reading list", "In green, please"]


def test_a_secret_said_by_mistake_is_not_kept(job: Job, owner: User, project: Project):
    secrets.put(project, name="API_KEY", value="q9-Kx27-wz81-Lm", by=owner)
    telling.steer(job, "Use q9-Kx27-wz81-Lm", by=owner)
    assert texts()[-1] == "Use [secret API_KEY]"


def test_sent_twice_to_nobody_it_is_one_job_and_one_message(project: Project, owner: User):
    for _ in range(2):
        telling.tell(project, "A shelf", by=owner, key="k" * 32)
    assert (Job.objects.count(), texts()) == (1, ["A shelf"])


def test_sent_again_after_that_job_has_ended_it_begins_no_other(job: Job, project: Project, owner: User):
    telling.tell(project, "In green", by=owner, key="k" * 32)
    jobs.stop(job, by=owner)
    telling.tell(project, "In green", by=owner, key="k" * 32)
    assert (Job.objects.count(), texts()) == (1, ["A reading list", "In green"])


def test_a_job_that_is_being_stopped_is_told_nothing_more(job: Job, project: Project, owner: User):
    Job.objects.update(intent="cancel")
    with pytest.raises(errors.NotPossible, match="cannot be told anything"):
        telling.steer(job, "In green", by=owner)
    telling.tell(project, "In green", by=owner)
    assert Job.objects.exclude(pk=job.pk).get().input["text"] == "In green"


def test_one_job_is_told_only_so_much(job: Job, owner: User):
    for number in range(telling.MOST):
        telling.steer(job, str(number), by=owner)
    with pytest.raises(errors.NotPossible, match="at most 50"):
        telling.steer(job, "One more", by=owner)


def test_the_clocks_of_several_hosts_take_no_words_away(job: Job, owner: User):
    telling.steer(job, "In green", by=owner)
    first = Message.objects.get(text="A reading list")
    Message.objects.filter(text="In green").update(created_at=first.created_at.replace(year=first.created_at.year - 1))
    assert steering.said(job) == ["In green"]


def test_what_is_said_on_another_branch_is_not_for_the_job_on_main(job: Job, project: Project, owner: User):
    night = branches.create(project, "night", by=owner)
    telling.tell(project, "In blue", by=owner, branch=night)
    other = Job.objects.exclude(pk=job.pk).get()
    telling.tell(project, "In green", by=owner, branch=night)
    assert (other.branch, steering.said(job), steering.said(other)) == (night, [], ["In green"])
