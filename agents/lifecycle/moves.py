"""The moves of a job, each with its events and the mirror in AgentState.

Called inside `leases.hold` by the worker that owns the job, or inside a transaction that has
locked the project by a door that found the job without an owner.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from agents import enums
from agents.lifecycle import facts, reruns, transitions, turns
from agents.lifecycle.failures import Failure
from agents.models import AgentState, Job
from projects import storable
from projects.models import ChangeSet, Event, User
from projects.services import changesets
from sandboxes.services import sandboxes

_STATE_OF_PHASE = {
    enums.Phase.PAUSED: enums.JobState.PAUSED,
    enums.Phase.FAILED: enums.JobState.FAILED,
    enums.Phase.CANCELLED: enums.JobState.CANCELLED,
    enums.Phase.COMPLETE: enums.JobState.COMPLETED,
}


_FIRST_PHASE = {
    enums.JobKind.GENERATE: enums.Phase.DESIGNING,
    enums.JobKind.PLAN: enums.Phase.DESIGNING,
    enums.JobKind.INSTALL: enums.Phase.INSTALL,
    enums.JobKind.START: enums.Phase.INSTALL,
}

# What a chore said: so much is kept, and so much shown.
_MOST_LINES, _MOST_LINE, _LINES_SHOWN = 200, 500, 40

# What changes when a job leaves its worker's hands or goes back to the queue.
_LEFT = ("state", "phase", "phase_before", "intent", "waiting_for", "error", "finished_at")


def begin(job: Job) -> None:
    """A worker has taken the job: say so, and enter the first phase if it has none yet."""
    _tell(job, "job_started")
    if job.is_chore:
        return
    if job.phase == enums.Phase.IDLE:
        advance(job, _FIRST_PHASE.get(enums.JobKind(job.kind), enums.Phase.IMPLEMENTING))
    else:
        _phase_changed(job, before=job.phase)


def advance(job: Job, phase: enums.Phase) -> None:
    """On to the next phase of the work."""
    _check(job, phase)
    before, job.phase, job.phase_since = job.phase, phase, timezone.now()
    job.save(update_fields=["phase", "phase_since"])
    _phase_changed(job, before=before)


def _check(job: Job, phase: str) -> None:
    transitions.check_phase(job.phase, phase, is_chore=job.is_chore)


def progress(job: Job) -> None:
    """Within a phase: one file more of those planned."""
    _phase_changed(job, before=job.phase)


def note(job: Job, *lines: str) -> None:
    """A chore says how it goes: kept with the job, shown on its card."""
    log = [*job.output.get("log", []), *(storable.name(line)[:_MOST_LINE] for line in lines)]
    job.output = {**job.output, "log": log[-_MOST_LINES:]}
    job.save(update_fields=["output"])
    if job.state == enums.JobState.RUNNING:
        _show_chore(job)


def complete(job: Job, *, output: dict[str, Any]) -> None:
    job.output = {**job.output, **output}
    _leave(job, enums.Phase.COMPLETE, "job_completed")


def cancel(job: Job, *, by: User | None = None, reason: str = "") -> None:
    job.waiting_for = enums.WaitingFor.NOTHING
    _leave(job, enums.Phase.CANCELLED, "job_cancelled", by=by, message=reason)
    _put_aside(job, by=by)


def _put_aside(job: Job, *, by: User | None) -> None:
    """A change stopped halfway is shown no longer; of a first build all there is to see stays."""
    halfway = ChangeSet.objects.filter(branch=job.branch_id, job_ref=job.pk, state="open", base__isnull=False)
    for changeset in halfway:
        changesets.reject(changeset, by=by)
        sandboxes.request_sync(job.branch)


def pause(job: Job, *, waiting_for: enums.WaitingFor, by: User | None = None) -> None:
    job.waiting_for = waiting_for
    job.phase_before = job.phase
    _leave(job, enums.Phase.PAUSED, "job_paused", by=by)


def run_dry(job: Job) -> None:
    """The budget is spent: it waits until somebody raises it."""
    pause(job, waiting_for=enums.WaitingFor.BUDGET)
    payload = {"job": str(job.pk), "budget": _dollars(job.budget), "spent": _dollars(job.spent)}
    facts.record(job, "budget_reached", payload)


def _dollars(amount: Decimal | None) -> str:
    return f"{amount or 0:.2f}"


def fail(job: Job, failure: Failure) -> None:
    job.error = failure.as_payload()
    job.phase_before = job.phase
    _leave(job, enums.Phase.FAILED, "job_failed", message=failure.message)
    if job.kind in enums.TRIED:  # it made nothing: whoever mends the app by hand is to see their own files
        _put_aside(job, by=None)


def give_way(job: Job) -> None:
    """Back to the queue between two steps, so that other jobs get their turn."""
    _free(job, enums.JobState.QUEUED, outcome="yielded")


def try_again(job: Job, failure: Failure, *, after: timedelta) -> None:
    """Back to the queue because what failed is worth another try; everybody sees why."""
    job.not_before = timezone.now() + after
    _free(job, enums.JobState.QUEUED, outcome="retried", error=failure.message)
    seconds = round(after.total_seconds())
    _tell(job, "job_queued", message=f"Trying again in {seconds} s: {failure.message}")


def requeue(job: Job, *, by: User | None) -> None:
    """A paused or failed job goes on where it was."""
    transitions.check_state(job.state, enums.JobState.QUEUED)
    before = job.phase
    if job.phase_before:
        _check(job, job.phase_before)
        job.phase = job.phase_before
    job.state, job.intent = enums.JobState.QUEUED, enums.Intent.NONE
    job.waiting_for, job.error = enums.WaitingFor.NOTHING, None
    job.finished_at = job.not_before = None
    job.phase_before, job.phase_since = "", timezone.now()
    # What is counted against a bound is counted from here on.
    job.output = {**job.output, "steps_before": job.steps.count()}
    job.save(update_fields=[*_LEFT, "not_before", "phase_since", "output"])
    _tell(job, "job_resumed", by=by)
    _phase_changed(job, before=before)


def _leave(job: Job, phase: enums.Phase, kind: str, *, by: User | None = None, message: str = "") -> None:
    _check(job, phase)
    before, job.phase = job.phase, phase
    job.intent = enums.Intent.NONE
    _free(job, _STATE_OF_PHASE[phase], outcome=_STATE_OF_PHASE[phase], error=message)
    _tell(job, kind, by=by, message=message)
    _phase_changed(job, before=before)
    _give_way_in_sight(job)


def _give_way_in_sight(job: Job) -> None:
    """One that was paused while it stood behind this one, and unseen, is what everybody waits for now."""
    if not is_in_view(job):
        return
    front = turns.foreground(job.branch_id)
    if front is not None and front != job and front.phase != enums.Phase.IDLE:
        _phase_changed(front, before=front.phase)


def _free(job: Job, state: enums.JobState, *, outcome: str, error: str = "") -> None:
    """Out of the worker's hands, in whatever state."""
    transitions.check_state(job.state, state)
    job.state = state
    job.lease_token = job.lease_expires = None
    job.reserved = Decimal(0)
    job.finished_at = None if job.is_active else timezone.now()
    job.save(update_fields=[*_LEFT, "lease_token", "lease_expires", "not_before", "output", "reserved"])
    job.attempt_rows.filter(finished_at=None).update(finished_at=timezone.now(), outcome=outcome, error=error)


def _tell(job: Job, kind: str, *, message: str = "", by: User | None = None) -> None:
    error = job.error or {}
    payload = {
        "job": str(job.pk),
        "kind": job.kind,
        "title": title(job),
        "state": job.state,
        "phase": job.phase,
        "code": error.get("code", ""),
        "message": message or error.get("message", ""),
        "user_action": error.get("user_action", ""),
        "retryable": bool(error.get("retryable")),
        "seconds": elapsed(job),
        "waiting_for": job.waiting_for,
        "cost": _dollars(job.spent) if job.spent else "",
        # A start ends the wait before it.
        "turn": job.attempts - 1 if kind == "job_started" else job.attempts,
    }
    facts.record(job, kind, payload, by=by)
    if job.is_chore:
        _show_chore(job, payload["message"], by=by)
    if job.rerun_of_id and (not job.is_active or job.state == enums.JobState.QUEUED):
        reruns.tell(job, title=title(job))


def _show_chore(job: Job, message: str = "", *, by: User | None = None) -> None:
    """Its card: one that changes, however often it is tried."""
    error = job.error or {}
    payload = {
        "job": str(job.pk),
        "kind": job.kind,
        "title": title(job),
        "state": job.state,
        "code": error.get("code", ""),
        "message": message,
        "user_action": error.get("user_action", ""),
        "lines": job.output.get("log", [])[-_LINES_SHOWN:],
        "seconds": elapsed(job),
    }
    facts.record(job, "chore_moved", payload, by=by)


def title(job: Job) -> str:
    """What people call this job."""
    if job.title:
        return job.title
    words = " ".join(str(job.input.get("text", "")).split())
    return words[:77] + "…" if len(words) > 78 else words


def elapsed(job: Job) -> int:
    end: datetime = job.finished_at or timezone.now()
    return max(0, round((end - (job.started_at or job.created_at)).total_seconds()))


def _phase_changed(job: Job, *, before: str) -> None:
    """What the stepper shows is the foreground job; one that waits behind it moves unseen."""
    if job.is_chore or not _is_in_sight(job):
        return
    _mirror(job)
    files = [file for phase in job.plan for file in phase["files"]]
    payload = {
        "job": str(job.pk),
        "kind": job.kind,
        "phase": job.phase,
        "phase_before": job.phase_before,
        "before": before,
        "state": job.state,
        "waiting_for": job.waiting_for,
        "since": (job.phase_since or timezone.now()).isoformat(),
        "began": job.created_at.isoformat(),
        "seconds": elapsed(job),
        "files_done": sum(bool(file.get("closed")) for file in files),
        "files_total": len(files),
    }
    facts.record(job, "phase_changed", payload)


def _is_in_sight(job: Job) -> bool:
    """Whether it is the foreground job, or the one that everybody still looks at."""
    front = turns.foreground(job.branch_id)
    return front in (None, job) or is_in_view(job)


def is_in_view(job: Job) -> bool:
    """Whether the stepper of its branch shows it."""
    told = Event.objects.filter(project=job.project_id, kind="phase_changed", branch=job.branch_id)
    return told.order_by("-seq").values_list("job_ref", flat=True).first() == job.pk


def _mirror(job: Job) -> None:
    """AgentState shows the foreground job of `main`, saved with every move of it."""
    if job.branch.name != "main":
        return
    state = AgentState(project=job.project, phase=job.phase, job=job, blueprint=job.blueprint)
    changed = ["phase", "job", "updated_at", *(["blueprint"] if job.blueprint else [])]
    AgentState.objects.bulk_create([state], update_conflicts=True, unique_fields=["project"], update_fields=changed)


def announce(job: Job, *, by: User | None) -> None:
    """A new job stands in the queue. It leaves the phase of whatever runs now alone."""
    ahead = turns.ahead([job])[job.pk]
    waits = f"Waits for {ahead} job{'s' if ahead > 1 else ''} before it." if ahead else ""
    _tell(job, "job_queued", message=waits, by=by)
