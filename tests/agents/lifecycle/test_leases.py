"""One owner at a time, and a worker that lost its lease changes nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agents import enums
from agents.lifecycle import leases
from agents.models import Job
from agents.services import jobs
from projects.models import Project, User


def _expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_expires=timezone.now() - timedelta(seconds=1))


def test_a_queued_job_is_claimed_once(job: Job):
    lease = leases.claim(job.pk, worker="one")
    assert lease is not None
    assert leases.claim(job.pk, worker="two") is None
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease_token) == ("running", 1, lease.token)
    assert [row.worker for row in job.attempt_rows.all()] == ["one"]


def test_a_job_that_is_to_wait_is_not_claimed_before_its_time(job: Job):
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now() + timedelta(minutes=1))
    assert leases.claim(job.pk, worker="one") is None


def test_an_expired_lease_is_taken_over_and_the_old_attempt_is_lost(job: Job):
    old = leases.claim(job.pk, worker="one")
    _expire(job)
    new = leases.claim(job.pk, worker="two")
    assert old is not None
    assert new is not None
    assert not leases.extend(old)
    assert leases.extend(new)
    assert [(row.number, row.outcome) for row in job.attempt_rows.all()] == [(1, "lost"), (2, "")]


def test_a_worker_without_its_lease_writes_nothing(job: Job):
    old = leases.claim(job.pk, worker="one")
    _expire(job)
    leases.claim(job.pk, worker="two")
    assert old is not None
    with pytest.raises(leases.LeaseLost), leases.hold(old) as held:
        held.phase = enums.Phase.INSTALL
        held.save()
    job.refresh_from_db()
    assert job.phase == enums.Phase.IDLE


def test_what_fails_inside_hold_leaves_no_trace(job: Job):
    lease = leases.claim(job.pk, worker="one")
    assert lease is not None
    with pytest.raises(ZeroDivisionError), leases.hold(lease) as held:
        held.phase = enums.Phase.INSTALL
        held.save()
        _ = 1 / 0
    job.refresh_from_db()
    assert job.phase == enums.Phase.IDLE


def test_the_heartbeat_keeps_the_lease(job: Job):
    lease = leases.claim(job.pk, worker="one")
    _expire(job)
    assert lease is not None
    assert leases.extend(lease)
    assert leases.claim(job.pk, worker="two") is None


def test_a_second_job_of_the_branch_waits_for_the_first(job: Job, project: Project, owner: User):
    second = jobs.start(project=project, text="And a search box", by=owner)
    assert leases.claim(job.pk, worker="one") is not None
    assert leases.claim(second.pk, worker="two") is None
    second.refresh_from_db()
    assert second.state == "queued"
    assert second.attempts == 0


def test_the_intent_of_a_door_reaches_the_owner_only(job: Job, owner: User):
    old = leases.claim(job.pk, worker="one")
    assert old is not None
    jobs.stop(job, by=owner)
    assert leases.intent(old) == enums.Intent.CANCEL
    _expire(job)
    new = leases.claim(job.pk, worker="two")
    assert new is not None
    assert leases.intent(old) is None


def test_at_a_new_boot_every_lease_is_free(job: Job):
    leases.claim(job.pk, worker="one")
    assert leases.claimable() == []
    assert leases.release_all() == 1
    assert leases.claimable() == [job.pk]
    assert leases.claim(job.pk, worker="two") is not None


def test_a_host_whose_clock_is_ahead_takes_nobodys_job(job: Job, monkeypatch: pytest.MonkeyPatch):
    lease = leases.claim(job.pk, worker="one")
    assert lease is not None
    late = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: late)
    assert leases.claimable() == []
    assert leases.claim(job.pk, worker="two") is None
    assert leases.is_owned(job)
    assert leases.extend(lease)
    monkeypatch.undo()
    job.refresh_from_db()
    assert job.lease_expires is not None
    assert job.lease_expires < timezone.now() + timedelta(minutes=1)


def test_an_unknown_job_is_nobodys(db: None):
    assert leases.claim("00000000-0000-0000-0000-000000000000", worker="one") is None
