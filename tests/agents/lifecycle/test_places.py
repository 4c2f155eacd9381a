"""Whose turn it is when people move jobs forward or back, and when the staff closes the gate."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agents.enums import Gate
from agents.lifecycle import failures, leases, moves, turns
from agents.models import Job, Queue
from agents.services import jobs
from projects import feed
from projects.models import Project, User
from projects.services import files


def start(project: Project, owner: User, text: str, priority: int = 0) -> Job:
    job = jobs.start(project=project, text=text, by=owner)
    if priority:
        Job.objects.filter(pk=job.pk).update(priority=priority)
    return job


def claimed(job: Job) -> leases.Lease:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    return lease


def complete(lease: leases.Lease) -> None:
    Job.objects.filter(pk=lease.job_id).update(phase="start")
    with leases.hold(lease) as held:
        moves.complete(held, output={})


def run_out(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_expires=timezone.now() - timedelta(seconds=1))


# --- places --------------------------------------------------------------------------------------


def test_the_higher_priority_goes_first_then_the_older(job: Job, project: Project, owner: User):
    low, plain, high, also_high = (start(project, owner, str(number), number) for number in (-5, 0, 7, 7))
    order = []
    while found := turns.upcoming(job.lane):
        order.append(found[0])
        assert leases.claimable() == found
        assert [job.pk for job in (jobs.foreground(project),) if job] == found
        complete(claimed(Job.objects.get(pk=found[0])))
    assert order == [job.pk, high.pk, also_high.pk, plain.pk, low.pk]


def test_nobody_overtakes_what_runs_or_has_begun(job: Job, project: Project, owner: User):
    lease = claimed(job)
    urgent = start(project, owner, "Now", 100)
    assert leases.claim(urgent.pk, worker="other") is None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.pause(held, waiting_for="user")  # type: ignore[arg-type]  # the word is the value
    assert leases.claim(urgent.pk, worker="other") is None, "what it had written waits with it"
    assert jobs.foreground(project) == job
    jobs.resume(job, by=owner)
    assert turns.upcoming(job.lane) == [job.pk]


def test_nobody_overtakes_what_waits_for_another_try(job: Job, project: Project, owner: User):
    with leases.hold(claimed(job)) as held:
        moves.begin(held)
        moves.try_again(held, failures.Failure("rate_limit"), after=timedelta(minutes=5))
    urgent = start(project, owner, "Now", 100)
    assert leases.claim(urgent.pk, worker="other") is None
    assert turns.ahead([urgent, job]) == {urgent.pk: 1, job.pk: 0}


def test_what_has_begun_goes_on_before_all_others_whoever_is_paused_between(job: Job, project: Project, owner: User):
    complete(claimed(job))
    files.save(job.branch, "a.txt", b"1", by=owner)
    oldest, between = start(project, owner, "One"), start(project, owner, "Two")
    urgent = start(project, owner, "Three", 1)
    lease = claimed(urgent)
    jobs.pause(between, by=owner)
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.give_way(held)
    assert leases.claimable() == [urgent.pk]
    assert turns.ahead([oldest, urgent]) == {oldest.pk: 1, urgent.pk: 0}
    assert jobs.foreground(project) == urgent


def test_nobody_overtakes_the_first_build(job: Job, project: Project, owner: User):
    start(project, owner, "Now", 100)
    assert leases.claimable() == [job.pk]
    assert jobs.foreground(project) == job


def test_what_is_paused_before_it_began_keeps_its_place_and_no_better_one(job: Job, project: Project, owner: User):
    complete(claimed(job))
    files.save(job.branch, "a.txt", b"1", by=owner)
    first, second, third = (start(project, owner, text) for text in ("One", "Two", "Three"))
    jobs.pause(second, by=owner)
    Job.objects.filter(pk=third.pk).update(priority=100)
    assert leases.claimable() == [first.pk], "whoever was asked for before it does not wait for it"
    assert turns.ahead([third]) == {third.pk: 2}
    assert jobs.foreground(project) == first
    complete(claimed(first))
    assert leases.claimable() == [], "whoever was asked for later does, however urgent"
    assert jobs.foreground(project) == second
    jobs.resume(second, by=owner)
    assert leases.claimable() == [third.pk]


def test_how_many_go_before_each_is_counted_at_once(
    job: Job, project: Project, owner: User, django_assert_num_queries: object
):
    others = [start(project, owner, str(number), number) for number in (0, 5, 0)]
    all_of_them = [job, *others]
    with django_assert_num_queries(2):  # type: ignore[operator]  # a fixture without types
        counted = turns.ahead(all_of_them)
    assert [counted[one.pk] for one in all_of_them] == [0, 2, 1, 3]


def test_a_job_with_its_lane_to_itself_needs_no_looking(job: Job, django_assert_num_queries: object):
    with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture without types
        assert turns.ahead([job]) == {job.pk: 0}


def test_a_new_job_is_told_how_many_go_before_it(job: Job, project: Project, owner: User):
    start(project, owner, "Later", -1)
    start(project, owner, "Sooner")
    assert feed.since(project.pk, 0)[-1].payload["message"] == "Waits for 1 job before it."


@pytest.mark.parametrize("priority", [-101, 101])
def test_the_database_refuses_a_priority_beyond_all_bounds(job: Job, priority: int):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(priority=priority)


def test_a_job_is_called_as_people_call_it(job: Job):
    assert moves.title(job) == "A reading list"
    job.title = "The list"
    assert moves.title(job) == "The list"


# --- the gate ------------------------------------------------------------------------------------


def close(gate: Gate) -> None:
    Queue.objects.update_or_create(name="generate", defaults={"gate": gate})


def test_while_the_queue_is_paused_nothing_is_taken(job: Job, project: Project):
    close(Gate.PAUSED)
    assert leases.claim(job.pk, worker="test") is None
    assert (leases.claimable(), turns.upcoming(job.lane)) == ([], [])
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)
    close(Gate.OPEN)
    claimed(job)


def test_a_pause_lets_whoever_is_at_work_go_on_but_nobody_take_over(job: Job):
    lease = claimed(job)
    close(Gate.PAUSED)
    assert leases.extend(lease)
    with leases.hold(lease) as held:
        moves.begin(held)
    run_out(job)
    assert leases.claim(job.pk, worker="next") is None
    close(Gate.DRAINING)
    assert leases.claim(job.pk, worker="next") is not None


def test_while_it_drains_only_what_has_begun_goes_on(job: Job, project: Project, owner: User):
    with leases.hold(claimed(job)) as held:
        moves.begin(held)
        moves.give_way(held)
    second = start(project, owner, "Make it green")
    close(Gate.DRAINING)
    assert leases.claimable() == [job.pk]
    complete(claimed(job))
    assert leases.claim(second.pk, worker="test") is None
    assert leases.claimable() == []
    close(Gate.OPEN)
    assert leases.claimable() == [second.pk]
