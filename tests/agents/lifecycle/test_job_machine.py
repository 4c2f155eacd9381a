"""Any order of what workers, doors and the clock may do: what must hold of jobs holds all the time."""

from contextlib import suppress
from datetime import timedelta

import hypothesis
import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as explore

from agents import errors
from agents.enums import Gate, Phase, WaitingFor
from agents.lifecycle import failures, leases, moves
from agents.models import AgentState, Job, Queue
from agents.models.jobs import TERMINAL
from agents.services import amending, jobs, queues, waiting
from projects import feed
from projects.models import User
from projects.services import files, projects

WORKING = ("designing", "implementing", "install", "start")
NEXT = {"designing": "implementing", "implementing": "install", "install": "start"}


class JobMachine(RuleBasedStateMachine):
    """One project, a few jobs, two workers that may lose their leases at any time."""

    held = Bundle("held")

    @initialize(is_built=st.booleans(), jobs_first=st.integers(1, 4))
    def a_project(self, is_built: bool, jobs_first: int) -> None:
        """Nobody overtakes a first build, so that there is more to see where there was one."""
        self.owner, _ = User.objects.get_or_create(email="alice@example.org")
        self.project = projects.create(name="Shelf", by=self.owner)
        if is_built:
            files.save(self.project.branches.get(), "a.txt", b"1", by=self.owner)
        Queue.objects.all().delete()
        self.ended: dict[object, str] = {}
        for _ in range(jobs_first):
            self.start()

    def job(self, number: int) -> Job | None:
        found = list(Job.objects.filter(project=self.project).order_by("created_at"))
        return found[number % len(found)] if found else None

    # --- doors ---------------------------------------------------------------------------------

    @rule()
    def start(self) -> None:
        if Job.objects.filter(project=self.project).count() < 4:
            jobs.start(project=self.project, text="A shelf", by=self.owner)

    @rule(number=st.integers(0, 3), verb=st.sampled_from([jobs.stop, jobs.pause, jobs.resume, jobs.retry]))
    def ask(self, number: int, verb: type) -> None:
        job = self.job(number)
        before = job.state if job else ""
        if job is None:
            return
        try:
            verb(job, by=self.owner)
        except errors.NotPossible:
            assert self.project_state(job) == before
        else:
            if verb is jobs.retry:
                self.ended.pop(job.pk, None)

    @rule(number=st.integers(0, 3), priority=st.integers(-2, 2))
    def prefer(self, number: int, priority: int) -> None:
        job = self.job(number)
        if job is not None:
            with suppress(errors.NotPossible):
                amending.amend(job, priority=priority)

    @rule(number=st.integers(0, 3))
    def delete(self, number: int) -> None:
        job = self.job(number)
        if job is not None:
            with suppress(errors.NotPossible):
                amending.delete(job, by=self.owner)
                self.ended.pop(job.pk)

    @rule(gate=st.sampled_from([Gate.OPEN, Gate.OPEN, Gate.DRAINING, Gate.PAUSED]))
    def turn_the_gate(self, gate: Gate) -> None:
        queues.set_gate(gate, by=self.owner)

    def project_state(self, job: Job) -> str:
        job.refresh_from_db()
        return job.state

    # --- workers -------------------------------------------------------------------------------

    @rule(target=held, number=st.integers(0, 3), worker=st.sampled_from("AB"))
    def claim(self, number: int, worker: str) -> object:
        job = self.job(number)
        lease = leases.claim(job.pk, worker=worker) if job else None
        if lease is None:
            return multiple()
        try:
            with leases.hold(lease) as mine:
                moves.begin(mine)
        except leases.LeaseLost:
            return multiple()
        return lease

    @rule(lease=held)
    def advance(self, lease: leases.Lease) -> None:
        try:
            with leases.hold(lease) as mine:
                if mine.phase in NEXT:
                    moves.advance(mine, Phase(NEXT[mine.phase]))
        except leases.LeaseLost:
            assert not leases.extend(lease)

    @rule(lease=consumes(held), end=st.sampled_from(["complete", "fail", "try_again", "give_way", "heed"]))
    def let_go(self, lease: leases.Lease, end: str) -> None:
        try:
            with leases.hold(lease) as mine:
                self._end(mine, end)
        except leases.LeaseLost:
            return
        assert not leases.extend(lease)
        with pytest.raises(leases.LeaseLost), leases.hold(lease):
            pass

    def _end(self, job: Job, end: str) -> None:
        match end:
            case "complete" if job.phase in ("implementing", "start"):
                moves.complete(job, output={})
            case "fail" | "complete":
                moves.fail(job, failures.Failure("start_failed"))
            case "try_again":
                moves.try_again(job, failures.Failure("rate_limit"), after=timedelta(seconds=30))
            case "give_way":
                moves.give_way(job)
            case _:
                moves.pause(job, waiting_for=WaitingFor.USER) if job.intent == "pause" else moves.cancel(job)

    # --- the clock -----------------------------------------------------------------------------

    @rule()
    def leases_run_out(self) -> None:
        leases.release_all()

    @rule()
    def waits_are_over(self) -> None:
        Job.objects.filter(project=self.project).update(not_before=None)

    @rule()
    def remind(self) -> None:
        """Whoever is told about is really free, and nobody who is free is forgotten."""
        told = leases.claimable()
        for job in Job.objects.filter(project=self.project):
            with transaction.atomic():
                is_free = leases.claim(job.pk, worker="probe") is not None
                transaction.set_rollback(True)
            assert is_free == (job.pk in told)

    # --- what must hold ------------------------------------------------------------------------

    @invariant()
    def at_most_one_works_on_the_branch(self) -> None:
        running = Job.objects.filter(project=self.project, state="running")
        assert running.count() <= 1
        assert not running.filter(lease_token=None).exists()
        assert not Job.objects.filter(project=self.project, lease_token__isnull=False).exclude(state="running").exists()

    @invariant()
    def whoever_stands_first_gets_the_turn(self) -> None:
        active = list(Job.objects.filter(project=self.project).active())
        if any(job.state == "running" for job in active):
            return
        first = min(active, key=lambda job: self.place(job, active), default=None)
        assert jobs.foreground(self.project) == first
        gate = queues.read().gate
        is_kept = gate == Gate.PAUSED or (gate == Gate.DRAINING and first is not None and first.started_at is None)
        is_free = first is not None and first.state == "queued" and first.not_before is None and not is_kept
        told = [pk for pk in leases.claimable() if pk in {job.pk for job in active}]
        assert told == ([first.pk] if first and is_free else [])

    def place(self, job: Job, active: list[Job]) -> tuple[object, ...]:
        """The same order, told in another way."""
        if job.started_at or job.kind == "generate":
            return (0, job.created_at)
        kept = [one.created_at for one in active if one.state == "paused" and not one.started_at]
        kept_back = sum(moment < job.created_at for moment in kept)
        return (1, kept_back, job.state == "paused", -job.priority, job.created_at)

    @invariant()
    def whoever_waits_says_why(self) -> None:
        for job in waiting.told(Job.objects.filter(project=self.project)):
            assert bool(job.waits) or job.state not in ("queued", "paused")

    @invariant()
    def what_has_ended_stays(self) -> None:
        for job in Job.objects.filter(project=self.project):
            assert (job.finished_at is not None) == (job.state in TERMINAL)
            assert (job.error is not None) == (job.state == "failed")
            assert job.state == self.ended.get(job.pk, job.state)
            if job.state in TERMINAL:
                self.ended[job.pk] = job.state

    @invariant()
    def the_phase_fits_the_state(self) -> None:
        for job in Job.objects.filter(project=self.project):
            expected = {"paused": ("paused",), "completed": ("complete",)}.get(job.state)
            assert job.phase in (expected or (job.state, "idle", *WORKING))
            assert (job.waiting_for == "user") == (job.state == "paused")

    @invariant()
    def attempts_are_closed_but_the_one_that_runs(self) -> None:
        for job in Job.objects.filter(project=self.project):
            open_rows = job.attempt_rows.filter(finished_at=None).count()
            assert open_rows == (job.state == "running")
            assert [row.number for row in job.attempt_rows.all()] == list(range(1, job.attempts + 1))

    @invariant()
    def events_have_no_gaps(self) -> None:
        seqs = [event.seq for event in feed.since(self.project.pk, 0, limit=5000)]
        assert seqs == list(range(1, len(seqs) + 1))
        assert feed.last_seq(self.project.pk) == len(seqs)

    @invariant()
    def the_agents_state_mirrors_the_foreground(self) -> None:
        state = AgentState.objects.filter(project=self.project).select_related("job").first()
        front = jobs.foreground(self.project)
        if state is not None:
            assert state.job is not None
            assert state.phase == state.job.phase
        if front is not None and front.phase != "idle":
            assert state is not None
            assert state.job == front
        told = [event for event in feed.since(self.project.pk, 0, limit=5000) if event.kind == "phase_changed"]
        if told and not told[-1].payload["job"]:  # put back to the beginning
            assert state is None
        elif told:
            assert state is not None
            assert (told[-1].payload["phase"], told[-1].payload["job"]) == (state.phase, str(state.job_id))


def test_any_order_of_moves_keeps_every_promise(db: None):
    """Every run begins in a project of its own; what earlier ones left is nobody's business."""
    few = settings(
        max_examples=12,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        # A failure is shown as it was found: making it smaller takes minutes.
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    explore(JobMachine, settings=few)
