"""What doors may ask of jobs, and that a refused request leaves no trace."""

from datetime import timedelta

import pytest

from agents import errors
from agents.enums import Phase, WaitingFor
from agents.lifecycle import failures, leases, moves
from agents.models import Job, Message
from agents.services import jobs
from projects import feed
from projects.enums import AuthorKind
from projects.models import Project, User
from projects.services import changesets, projects


def kinds(project: Project) -> list[str]:
    return [event.kind for event in feed.since(project.pk, 0)]


def _claimed(job: Job) -> leases.Lease:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    return lease


def _fail(job: Job) -> None:
    with leases.hold(_claimed(job)) as held:
        moves.begin(held)
        moves.fail(held, failures.Failure("provider_down"))


def test_the_first_message_starts_a_build(job: Job, project: Project, owner: User):
    assert (job.kind, job.state, job.input["wish"]) == ("generate", "queued", "A reading list")
    assert job.session is not None
    assert job.session.title == "First build"
    assert [message.text for message in Message.objects.all()] == ["A reading list"]
    assert kinds(project)[-2:] == ["message_sent", "job_queued"]


def test_a_message_during_the_build_is_an_edit_that_waits(job: Job, project: Project, owner: User):
    second = jobs.start(project=project, text="Make it green", by=owner)
    assert (second.kind, second.state) == ("edit", "queued")
    assert (second.input["text"], second.input["wish"]) == ("Make it green", "A reading list")
    assert feed.since(project.pk, 0)[-1].payload["message"] == "Waits for 1 job before it."


def test_the_same_key_gives_the_same_job(project: Project, owner: User):
    first = jobs.start(project=project, text="One", by=owner, idempotency_key="k")
    again = jobs.start(project=project, text="Two", by=owner, idempotency_key="k")
    assert first == again
    assert Message.objects.count() == 1


def test_a_queued_job_stops_at_once(job: Job, project: Project, owner: User):
    jobs.stop(job, by=owner)
    job.refresh_from_db()
    assert (job.state, job.phase) == ("cancelled", "cancelled")
    assert job.finished_at is not None
    assert kinds(project)[-2:] == ["job_cancelled", "phase_changed"]


def test_a_running_job_is_asked_to_stop(job: Job, owner: User):
    _claimed(job)
    jobs.stop(job, by=owner)
    job.refresh_from_db()
    assert (job.state, job.intent) == ("running", "cancel")


def test_stopping_what_has_ended_changes_nothing(job: Job, project: Project, owner: User):
    jobs.stop(job, by=owner)
    before = kinds(project)
    jobs.stop(job, by=owner)
    assert kinds(project) == before


def test_a_paused_job_resumes_where_it_was(job: Job, project: Project, owner: User):
    lease = _claimed(job)
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.advance(held, Phase.IMPLEMENTING)
        moves.pause(held, waiting_for=WaitingFor.USER)
    job.refresh_from_db()
    assert (job.state, job.phase, job.phase_before) == ("paused", "paused", Phase.IMPLEMENTING)
    jobs.resume(job, by=owner)
    job.refresh_from_db()
    assert (job.state, job.phase, job.waiting_for) == ("queued", "implementing", "")
    assert leases.claim(job.pk, worker="next") is not None


def test_a_queued_job_can_be_paused_and_resumed(job: Job, owner: User):
    jobs.pause(job, by=owner)
    job.refresh_from_db()
    assert job.state == "paused"
    jobs.resume(job, by=owner)
    job.refresh_from_db()
    assert job.state == "queued"


def test_a_failed_job_is_retried_where_it_failed(job: Job, owner: User):
    _fail(job)
    job.refresh_from_db()
    assert job.error is not None
    assert (job.state, job.phase_before, job.error["code"]) == ("failed", "designing", "provider_down")
    jobs.retry(job, by=owner)
    job.refresh_from_db()
    assert (job.state, job.phase, job.error, job.finished_at) == ("queued", "designing", None, None)


def test_what_was_turned_down_is_not_tried_again(job: Job, owner: User):
    """Its steps are done and its files are gone: nothing would come of it."""
    changeset = changesets.open(branch=job.branch, author_kind=AuthorKind.AGENT, job_ref=job.pk)
    changesets.stage(changeset, "index.html", b"<h1>Hello</h1>")
    _fail(job)
    changesets.reject(changeset, by=owner)
    with pytest.raises(errors.NotPossible, match="was turned down"):
        jobs.retry(job, by=owner)
    job.refresh_from_db()
    assert job.state == "failed"


def test_only_a_failed_job_is_retried(job: Job, project: Project, owner: User):
    before = kinds(project)
    with pytest.raises(errors.NotPossible, match="queued, not failed"):
        jobs.retry(job, by=owner)
    assert kinds(project) == before


def test_only_a_paused_job_is_resumed(job: Job, owner: User):
    with pytest.raises(errors.NotPossible, match="queued, not paused"):
        jobs.resume(job, by=owner)


def test_the_agents_state_mirrors_the_job(job: Job, project: Project, owner: User):
    assert jobs.state_of(project).phase == "idle"
    with leases.hold(_claimed(job)) as held:
        moves.begin(held)
    kept = jobs.state_of(project)
    assert (kept.phase, kept.job) == ("designing", job)


def test_the_database_refuses_a_second_running_job_and_an_unleased_one(job: Job):
    from django.db import IntegrityError, transaction

    for broken in ({"state": "running"}, {"state": "failed"}, {"state": "completed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.filter(pk=job.pk).update(**broken)


# --- sizes, and projects that are put away -------------------------------------------------------


@pytest.mark.parametrize(("text", "why"), [("", "nothing said"), (" \n", "nothing said"), ("x" * 20_001, "20,000")])
def test_what_is_no_message_starts_nothing(project: Project, owner: User, text: str, why: str):
    with pytest.raises(errors.NotPossible, match=why):
        jobs.start(project=project, text=text, by=owner)
    assert (Job.objects.count(), Message.objects.count(), kinds(project)) == (0, 0, [])


def test_an_archived_project_starts_and_resumes_nothing(job: Job, project: Project, owner: User):
    jobs.pause(job, by=owner)
    projects.archive(project, by=owner)
    before = kinds(project)
    with pytest.raises(errors.NotPossible, match="archived"):
        jobs.start(project=project, text="More", by=owner)
    with pytest.raises(errors.NotPossible, match="archived"):
        jobs.resume(job, by=owner)
    assert kinds(project) == before


def test_a_deleted_project_starts_nothing(project: Project, owner: User):
    Project.objects.all().delete()
    with pytest.raises(errors.NotPossible, match="does not exist any more"):
        jobs.start(project=project, text="More", by=owner)


# --- the order on a branch -----------------------------------------------------------------------


def test_what_waits_for_another_try_keeps_its_place(job: Job, project: Project, owner: User):
    second = jobs.start(project=project, text="Make it green", by=owner)
    with leases.hold(_claimed(job)) as held:
        moves.begin(held)
        moves.try_again(held, failures.Failure("rate_limit"), after=timedelta(minutes=5))
    assert leases.claim(second.pk, worker="other") is None
    assert leases.claimable() == []
    assert jobs.foreground(project) == job
    assert jobs.state_of(project).job == job


def test_what_is_paused_keeps_its_place_until_it_is_stopped(job: Job, project: Project, owner: User):
    second = jobs.start(project=project, text="Make it green", by=owner)
    jobs.pause(job, by=owner)
    assert leases.claim(second.pk, worker="other") is None
    jobs.stop(second, by=owner)
    assert jobs.state_of(project).phase == "paused", "one that waited behind it moves unseen"
    third = jobs.start(project=project, text="Make it blue", by=owner)
    jobs.stop(job, by=owner)
    assert leases.claimable() == [third.pk]


def test_a_retried_job_waits_for_the_one_that_runs(job: Job, project: Project, owner: User):
    _fail(job)
    second = jobs.start(project=project, text="Again", by=owner)
    lease = _claimed(second)
    with leases.hold(lease) as held:
        moves.begin(held)
    jobs.retry(job, by=owner)
    assert leases.claim(job.pk, worker="other") is None
    assert (jobs.foreground(project), jobs.state_of(project).job) == (second, second)


# --- what sockets ask ----------------------------------------------------------------------------


def test_the_first_wish_is_known_once_there_is_one(project: Project, owner: User):
    with pytest.raises(errors.NotPossible, match="Nobody has said yet"):
        jobs.first_wish(project)
    jobs.start(project=project, text="One", by=owner)
    jobs.start(project=project, text="Two", by=owner)
    assert jobs.first_wish(project) == "One"


def test_a_session_is_found_in_its_own_project_only(job: Job, project: Project, owner: User):
    assert job.session is not None
    assert jobs.session_of(project, job.session.pk) == job.session
    elsewhere = projects.create(name="Elsewhere", by=owner)
    with pytest.raises(errors.NotPossible, match="no such session"):
        jobs.session_of(elsewhere, job.session.pk)
    assert jobs.of_project(project, job.pk) == job
    assert jobs.of_project(elsewhere, job.pk) is None
