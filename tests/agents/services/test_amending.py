"""Titles, places and budgets of jobs, and deleting them."""

from decimal import Decimal

import pytest

from agents.errors import NotPossible
from agents.lifecycle import leases, moves, turns
from agents.models import AgentState, Attempt, Job, Message
from agents.services import amending, jobs, states
from projects import feed
from projects.enums import AuthorKind
from projects.models import AuditEntry, ChangeSet, Event, Project, User
from projects.services import branches, changesets


def completed(job: Job, *, with_changes: bool = False) -> None:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    Job.objects.filter(pk=job.pk).update(phase="start")
    with leases.hold(lease) as held:
        moves.complete(held, output={})
    if with_changes:
        changeset = changesets.open(branch=job.branch, author_kind=AuthorKind.AGENT, by=None, job_ref=job.pk)
        changesets.stage(changeset, "a.txt", b"1")


def test_a_job_gets_a_title_and_loses_it_again(job: Job):
    amending.amend(job, title="  The\n list ")
    job.refresh_from_db()
    assert moves.title(job) == "The list"
    amending.amend(job, title="")
    job.refresh_from_db()
    assert moves.title(job) == "A reading list"


def test_a_title_leaves_the_rest_alone(job: Job):
    amending.amend(job, priority=3, budget=Decimal("1.5"))
    amending.amend(job, title="The list")
    job.refresh_from_db()
    assert (job.title, job.priority, job.budget) == ("The list", 3, Decimal("1.5"))


def test_a_raised_priority_changes_whose_turn_it_is(job: Job, project: Project, owner: User):
    second, third = (jobs.start(project=project, text=text, by=owner) for text in ("Two", "Three"))
    amending.amend(third, priority=1)
    completed(job)
    assert turns.upcoming(job.lane) == [third.pk]
    jobs.stop(third, by=owner)
    assert turns.upcoming(job.lane) == [second.pk]


def test_what_is_settled_stays_so_but_may_be_renamed(job: Job, owner: User):
    jobs.stop(job, by=owner)
    for change in ({"priority": 1}, {"budget": Decimal(1)}, {"title": "No", "priority": 1}):
        with pytest.raises(NotPossible, match="settled"):
            amending.amend(job, **change)
    job.refresh_from_db()
    assert (job.title, job.priority, job.budget) == ("", 0, None)
    amending.amend(job, title="Stopped")
    job.refresh_from_db()
    assert job.title == "Stopped"


def test_a_budget_is_not_less_than_what_is_taken(job: Job):
    Job.objects.filter(pk=job.pk).update(spent=Decimal("0.50"), reserved=Decimal("0.25"))
    with pytest.raises(NotPossible, match=r"^0\.75 of its budget"):
        amending.amend(job, budget=Decimal("0.74"))
    amending.amend(job, budget=Decimal("0.75"))
    job.refresh_from_db()
    assert job.budget == Decimal("0.75")


def test_a_job_that_has_ended_is_deleted_and_what_it_made_stays(job: Job, project: Project, owner: User):
    completed(job)
    states.reset(project, by=owner)
    events = [event.seq for event in feed.since(project.pk, 0)]
    amending.delete(job, by=owner)
    assert not Job.objects.exists()
    assert not Attempt.objects.exists()
    assert [(message.text, message.job) for message in Message.objects.all()] == [("A reading list", None)]
    assert [event.seq for event in feed.since(project.pk, 0)] == events
    assert [(entry.act, entry.actor) for entry in AuditEntry.objects.filter(act="job_deleted")] == [
        ("job_deleted", owner)
    ]


def test_what_everybody_looked_at_is_shown_no_longer(job: Job, project: Project, owner: User):
    jobs.stop(job, by=owner)
    assert jobs.state_of(project).phase == "cancelled"
    amending.delete(job, by=owner)
    assert jobs.state_of(project).phase == "idle"
    told = feed.since(project.pk, 0)[-1]
    assert (told.kind, told.payload["phase"], told.payload["job"]) == ("phase_changed", "idle", "")


def test_what_goes_on_is_not_deleted(job: Job, owner: User):
    with pytest.raises(NotPossible, match="queued"):
        amending.delete(job, by=owner)
    jobs.pause(job, by=owner)
    with pytest.raises(NotPossible, match="paused"):
        amending.delete(job, by=owner)
    assert Job.objects.filter(pk=job.pk).exists()
    assert not AuditEntry.objects.filter(act="job_deleted").exists()


def test_what_waits_for_review_is_decided_first(job: Job, owner: User):
    completed(job, with_changes=True)
    with pytest.raises(NotPossible, match="review"):
        amending.delete(job, by=owner)
    changesets.reject(ChangeSet.objects.get(), by=owner)
    amending.delete(job, by=owner)
    assert not Job.objects.exists()


def test_a_job_that_somebody_else_has_deleted_is_gone(job: Job, owner: User):
    jobs.stop(job, by=owner)
    amending.delete(job, by=owner)
    for verb in (lambda: amending.delete(job, by=owner), lambda: amending.amend(job, title="Late")):
        with pytest.raises(NotPossible, match="any more"):
            verb()


def test_the_wish_outlives_the_job_that_it_began(job: Job, project: Project, owner: User):
    jobs.stop(job, by=owner)
    amending.delete(job, by=owner)
    following = jobs.start(project=project, text="Make it green", by=owner)
    later = jobs.start(project=project, text="Make it blue", by=owner)
    assert (following.kind, later.input["wish"]) == ("generate", "Make it green")
    jobs.stop(following, by=owner)
    amending.delete(following, by=owner)
    last = jobs.start(project=project, text="Make it red", by=owner)
    assert (last.kind, last.input["wish"]) == ("edit", "A reading list")


def test_a_deleted_job_leaves_the_stepper_of_its_branch_and_of_no_other(job: Job, project: Project, owner: User):
    night = branches.create(project, "night", by=owner)
    other = jobs.start(project=project, branch=night, text="Darker", by=owner)
    for one in (job, other):
        completed(one)
    shown = feed.fold(project, ["acts"], branch=job.branch)["acts"]
    amending.delete(other, by=owner)
    assert Event.objects.filter(branch=night).order_by("-seq")[0].payload["phase"] == "idle"
    assert feed.fold(project, ["acts"], branch=job.branch)["acts"] == shown
    assert AgentState.objects.get().job == job
