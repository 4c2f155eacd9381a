"""Any order of what workers, doors and the clock may do: what must hold of jobs holds all the time."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import hypothesis
import hypothesis.strategies as st
import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, consumes, initialize, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as explore

from agents import errors
from agents.enums import Gate, GenerationState, Phase, WaitingFor
from agents.lifecycle import failures, leases, moves, plans
from agents.models import Generation, Job, Queue, Step
from agents.services import amending, jobs, queues
from projects.models import User
from projects.services import files, projects
from tests.agents.lifecycle.promises import Promises

VERBS = [jobs.stop, jobs.pause, jobs.resume, jobs.retry, jobs.allow]
ENDS = ["complete", "fail", "try_again", "give_way", "run_dry", "show_the_plan", "heed"]
BUDGET = Decimal(8)
NEXT = {"designing": "implementing", "implementing": "install", "install": "start"}


class JobMachine(Promises):
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
        for _ in range(jobs_first):
            self.start()

    def job(self, number: int) -> Job | None:
        found = list(Job.objects.filter(project=self.project).order_by("created_at"))
        return found[number % len(found)] if found else None

    # --- doors ---------------------------------------------------------------------------------

    @rule()
    def start(self) -> None:
        """Somebody looks at every plan, and what may be spent is little."""
        if Job.objects.filter(project=self.project).count() < 4:
            job = jobs.start(project=self.project, text="A shelf", by=self.owner, approval="ask")
            amending.amend(job, budget=BUDGET)

    @rule(number=st.integers(0, 3), verb=st.sampled_from(VERBS))
    def ask(self, number: int, verb: Callable[..., object]) -> None:
        job = self.job(number)
        if job is None:
            return
        before, waited_for = job.state, job.waiting_for
        try:
            verb(job, by=self.owner)
        except errors.NotPossible:
            assert self.project_state(job) == before
        else:
            self.who_went_on_was_let(job, verb, waited_for)

    def who_went_on_was_let(self, job: Job, verb: Callable[..., object], waited_for: str) -> None:
        """By the verb for what it waited for, and by no other."""
        budget = job.budget
        job.refresh_from_db()
        assert verb is not jobs.resume or waited_for in ("user", "approval")
        assert verb is not jobs.allow or waited_for == "budget"
        assert job.budget == (2 * budget if verb is jobs.allow and budget else budget)
        if verb is jobs.resume and waited_for == "approval":
            assert not plans.is_waiting_to_be_seen(job)
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

    @rule(lease=held)
    def call_a_model(self, lease: leases.Lease) -> None:
        """Written down before it is made, with what it may cost at most; who dies over it comes back to neither."""
        with suppress(leases.LeaseLost), leases.hold(lease) as mine:
            step, _ = Step.objects.get_or_create(job=mine, key="edit", defaults={"ordinal": 1})
            Job.objects.filter(pk=mine.pk).update(reserved=F("reserved") + 1)
            Generation.objects.create(job=mine, step=step, attempt=mine.attempts, staged=0)

    @rule(lease=consumes(held), end=st.sampled_from(ENDS))
    def let_go(self, lease: leases.Lease, end: str) -> None:
        try:
            with leases.hold(lease) as mine:
                self._settle(mine)
                self._end(mine, end)
        except leases.LeaseLost:
            return
        assert not leases.extend(lease)
        with pytest.raises(leases.LeaseLost), leases.hold(lease):
            pass

    def _settle(self, job: Job) -> None:
        """As a worker that lives does with its calls, however they end."""
        calls = Generation.objects.filter(job=job, state=GenerationState.OPEN)
        Job.objects.filter(pk=job.pk).update(reserved=F("reserved") - calls.update(state=GenerationState.SETTLED))
        job.refresh_from_db(fields=["reserved"])

    def _end(self, job: Job, end: str) -> None:
        match end:
            case "complete" if job.phase in ("implementing", "install", "start"):
                moves.complete(job, output={})
            case "fail" | "complete":
                moves.fail(job, failures.Failure("start_failed"))
            case "try_again":
                moves.try_again(job, failures.Failure("rate_limit"), after=timedelta(seconds=30))
            case "give_way":
                moves.give_way(job)
            case "run_dry":
                moves.run_dry(job)
            case "show_the_plan" if job.phase == "designing" and plans.is_waiting_to_be_seen(job):
                moves.pause(job, waiting_for=WaitingFor.APPROVAL)
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


@pytest.mark.hypothesis
@pytest.mark.timeout(1200)
def test_any_order_of_moves_keeps_every_promise(db: None):
    """Every run begins in a project of its own; what earlier ones left is nobody's business."""
    few = settings(
        max_examples=settings().max_examples // 4,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        # A failure is shown as it was found: making it smaller takes minutes.
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    explore(JobMachine, settings=few)
