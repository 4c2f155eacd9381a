"""Lanes: who waits for whom, and who does not."""

import pytest

from agents.enums import CHORES, JobKind
from agents.lifecycle import leases, moves, turns
from agents.lifecycle.failures import Failure
from agents.models import AgentState, Job
from agents.services import jobs
from projects import feed
from projects.models import Project, User
from projects.services import branches


def chore(project: Project, kind: JobKind = JobKind.PUSH, lane: str = "remote 1") -> Job:
    branch = project.branches.get(name="main")
    return Job.objects.create(project=project, branch=branch, kind=kind, lane=lane, input={"text": "Push to origin"})


def claimed(job: Job) -> leases.Lease:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    return lease


def test_a_push_neither_waits_for_a_writer_nor_makes_one_wait(job: Job, project: Project):
    push = chore(project)
    assert set(leases.claimable()) == {job.pk, push.pk}
    claimed(job)
    claimed(push)
    assert Job.objects.filter(state="running").count() == 2


def test_pushes_to_one_remote_go_one_after_the_other_and_others_beside_them(project: Project):
    first, second, elsewhere = chore(project), chore(project), chore(project, lane="remote 2")
    assert set(leases.claimable()) == {first.pk, elsewhere.pk}
    lease = claimed(first)
    assert leases.claim(second.pk, worker="test") is None
    with leases.hold(lease) as held:
        moves.complete(held, output={})
    assert turns.upcoming(first.lane) == [second.pk]


def test_an_import_is_a_writer_of_its_branch(job: Job, project: Project, owner: User):
    claimed(job)
    incoming = chore(project, JobKind.IMPORT, lane="")
    assert incoming.lane == job.lane
    assert leases.claim(incoming.pk, worker="test") is None


@pytest.mark.parametrize("kind", CHORES)
def test_a_chore_is_never_in_the_foreground(project: Project, owner: User, kind: JobKind):
    chore(project, kind, lane="" if kind == JobKind.IMPORT else "remote 1")
    assert jobs.foreground(project) is None
    job = jobs.start(project=project, text="A shelf", by=owner)
    assert jobs.foreground(project) == job


def test_a_chore_leaves_the_stepper_and_the_agents_state_alone(project: Project):
    push = chore(project)
    with leases.hold(claimed(push)) as held:
        moves.begin(held)
        moves.note(held, "main: 3 versions")
        moves.fail(held, Failure("auth", "It refused us."))
    jobs.retry(push, by=None)
    jobs.stop(push, by=None)
    told = [event for event in feed.since(project.pk, 0) if event.job_ref == push.pk]
    assert not AgentState.objects.exists()
    assert [event.payload["state"] for event in told if event.kind == "chore_moved"] == [
        "running", "running", "failed", "queued", "cancelled",
    ]  # fmt: skip
    assert "phase_changed" not in {event.kind for event in told}
    assert told[-1].payload["lines"] == ["main: 3 versions"]


def test_a_log_keeps_its_newest_lines_and_no_line_is_endless(project: Project):
    with leases.hold(claimed(chore(project))) as held:
        moves.note(held, *(f"line {number}" for number in range(250)), "x" * 9000)
    log = held.output["log"]
    assert (len(log), log[0], len(log[-1])) == (200, "line 51", 500)
    assert len(feed.since(project.pk, 0)[-1].payload["lines"]) == 40


def test_a_paused_push_goes_on(project: Project):
    push = chore(project)
    jobs.pause(push, by=None)
    jobs.resume(push, by=None)
    push.refresh_from_db()
    assert (push.state, push.phase) == ("queued", "idle")


def test_what_a_server_says_cannot_turn_or_hide_what_stands_around_it(project: Project):
    with leases.hold(claimed(chore(project))) as held:
        moves.note(held, "remote: \x1b[31mred\u202e txt\0")
    assert held.output["log"] == ["remote: [31mred txt\ufffd"]


def test_who_was_paused_unseen_is_seen_when_its_turn_has_come(job: Job, project: Project, owner: User):
    lease = claimed(job)
    with leases.hold(lease) as held:
        moves.begin(held)
    behind = jobs.start(project=project, text="And a lamp", by=owner)
    jobs.pause(behind, by=owner)
    assert AgentState.objects.get().job == job
    with leases.hold(lease) as held:
        moves.fail(held, Failure("start_failed"))
    state = AgentState.objects.get()
    assert (state.job, state.phase, jobs.foreground(project)) == (behind, "paused", behind)
    told = [event.payload for event in feed.since(project.pk, 0) if event.kind == "phase_changed"]
    assert [(each["phase"], each["job"]) for each in told[-2:]] == [("failed", str(job.pk)), ("paused", str(behind.pk))]


def test_who_waits_unseen_stays_so_when_another_ends(job: Job, project: Project, owner: User):
    """Its turn has not come; or nobody has begun it and nothing is to be seen of it."""
    with leases.hold(claimed(job)) as held:
        moves.begin(held)
    waiting, behind = (jobs.start(project=project, text=text, by=owner) for text in ("A lamp", "And a rug"))
    jobs.pause(waiting, by=owner)
    before = feed.last_seq(project.pk)
    jobs.stop(behind, by=owner)
    told = feed.since(project.pk, before)
    assert [event.kind for event in told] == ["job_cancelled"]
    assert AgentState.objects.get().job == job


def test_on_a_branch_beside_main_one_sees_the_end_of_what_one_looked_at(project: Project, owner: User):
    night = branches.create(project, "night", by=owner)
    first, second = (jobs.start(project=project, branch=night, text=text, by=owner) for text in ("One", "Two"))
    lease = claimed(first)
    with leases.hold(lease) as held:
        moves.begin(held)
    with leases.hold(lease) as held:
        moves.fail(held, Failure("auth", "It refused us."))
    assert jobs.foreground(project, night) == second
    told = [event for event in feed.since(project.pk, 0) if event.kind == "phase_changed"]
    assert [(event.job_ref, event.payload["phase"], event.branch_id) for event in told] == [
        (first.pk, "designing", night.pk),
        (first.pk, "failed", night.pk),
    ]
    assert not AgentState.objects.exists()
