"""What must hold of a project's jobs all the time, whoever did what before."""

from hypothesis.stateful import RuleBasedStateMachine, invariant

from agents.enums import Gate, GenerationState
from agents.lifecycle import leases
from agents.models import AgentState, Generation, Job
from agents.models.jobs import TERMINAL
from agents.services import jobs, queues, waiting
from projects import feed
from projects.models import Project

WORKING = ("designing", "implementing", "install", "start")


class Promises(RuleBasedStateMachine):
    """Looked at after every rule of whoever has this for a base."""

    project: Project

    def __init__(self) -> None:
        super().__init__()
        self.ended: dict[object, str] = {}
        self.told: list[tuple[int, str, object]] = []

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
            assert bool(job.waiting_for) == (job.state == "paused")
            assert job.waiting_for != "approval" or job.phase_before == "designing"

    @invariant()
    def attempts_are_closed_but_the_one_that_runs(self) -> None:
        for job in Job.objects.filter(project=self.project):
            open_rows = job.attempt_rows.filter(finished_at=None).count()
            assert open_rows == (job.state == "running")
            assert [row.number for row in job.attempt_rows.all()] == list(range(1, job.attempts + 1))

    @invariant()
    def calls_are_settled_but_those_of_the_attempt_that_runs(self) -> None:
        for job in Job.objects.filter(project=self.project):
            open_calls = Generation.objects.filter(job=job, state=GenerationState.OPEN)
            assert job.reserved == open_calls.count()
            assert not open_calls.exclude(attempt=job.attempts).exists()
            assert job.state == "running" or not open_calls.exists()

    @invariant()
    def events_have_no_gaps(self) -> None:
        """Nor has the rest of them, wherever somebody goes on reading; and what was read once stays as it was."""
        told = [(event.seq, event.kind, event.payload) for event in feed.since(self.project.pk, 0, limit=5000)]
        assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
        assert feed.last_seq(self.project.pk) == len(told)
        assert told[: len(self.told)] == self.told
        after = len(self.told)
        assert [event.seq for event in feed.since(self.project.pk, after, limit=5000)] == [
            seq for seq, *_ in told[after:]
        ]
        self.told = told

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
