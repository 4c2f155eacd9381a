"""The kinds of facts agents leave in a project's log, and the fragments that show them."""

from typing import Any, TypedDict

from projects import feed
from projects.feed import Fragment, Kind


class MessageSent(TypedDict):
    message: str
    session: str
    job: str
    role: str
    text: str
    author: str


class JobMoved(TypedDict):
    job: str
    kind: str
    title: str
    state: str
    phase: str
    code: str
    message: str
    user_action: str
    retryable: bool
    seconds: int
    # What a paused job waits for: user, approval, budget or answer.
    waiting_for: str
    # In US dollars, to the cent; empty while nothing was charged.
    cost: str
    # Which wait or end of this job it is, so that each has a place of its own in the chat.
    turn: int


class JobRunAgain(TypedDict):
    """`job` is `original` once more; told on the branches of both. `began_at` is a version, None is from nothing."""

    job: str
    original: str
    title: str
    model: str
    state: str
    branch: str
    original_branch: str
    began_at: int | None


class ChoreMoved(TypedDict):
    """Work without a model, as its card shows it."""

    job: str
    kind: str
    title: str
    state: str
    code: str
    message: str
    user_action: str
    lines: list[str]
    seconds: int


class ArtifactCreated(TypedDict):
    job: str
    artifact: str
    name: str
    media_type: str
    size: int
    sha256: str


class JobImported(TypedDict):
    """It ran elsewhere, at `ran`, and cost there what `cost` says, in US dollars to the cent."""

    job: str
    title: str
    model: str
    state: str
    ran: str
    calls: int
    cost: str
    removed: int


class PhaseChanged(TypedDict):
    job: str
    kind: str
    phase: str
    phase_before: str
    before: str
    state: str
    waiting_for: str
    since: str
    began: str
    seconds: int
    files_done: int
    files_total: int


class BlueprintReady(TypedDict):
    job: str
    blueprint: dict[str, Any]
    name: str


class RepairStarted(TypedDict):
    """`text` is the end of the report that the model is given."""

    job: str
    round: int
    code: str
    title: str
    text: str


class ReviewFound(TypedDict):
    """Before the work goes on, the model puts this right. `of` says after what it was looked at."""

    job: str
    step: str
    of: str
    title: str
    text: str


class BudgetReached(TypedDict):
    """In US dollars, to the cent."""

    job: str
    budget: str
    spent: str


class FileTouched(TypedDict):
    path: str
    path_id: str
    job: str
    step: str
    purpose: str
    lines: int
    size: int
    added: int
    removed: int
    reason: str


_WAIT = Fragment(region="chat", key="job-{job}-wait-{turn}", template="events/job_wait.html")
_END = Fragment(region="chat", key="job-{job}-end-{turn}", template="events/job_card.html")
_FILE = Fragment(region="chat", key="file-{path_id}-{job}", template="events/file_card.html")


def register() -> None:
    """Called once, when the app is ready."""
    message = Fragment(region="chat", key="message-{message}", template="events/message_sent.html")
    stepper = Fragment(region="stepper", key="stepper", template="events/stepper.html")
    acts = Fragment(region="acts", key="acts", template="events/acts.html")
    plan = Fragment(region="plan", key="plan", template="events/plan.html")
    title = Fragment(region="title", key="project-name", template="events/project_name.html")
    feed.register(Kind("message_sent", MessageSent, (message,)))
    for verb in ("queued", "started"):
        feed.register(Kind(f"job_{verb}", JobMoved, (_WAIT,)))
    for verb in ("paused", "resumed", "cancelled"):
        feed.register(Kind(f"job_{verb}", JobMoved, (_WAIT, _END)))
    for verb in ("completed", "failed"):
        feed.register(Kind(f"job_{verb}", JobMoved, (_END,)))
    imported = Fragment(region="chat", key="job-{job}-imported", template="events/job_imported.html")
    feed.register(Kind("job_imported", JobImported, (imported,)))
    chore = Fragment(region="chat", key="chore-{job}", template="events/chore_card.html")
    feed.register(Kind("chore_moved", ChoreMoved, (chore,)))
    rerun = Fragment(region="chat", key="rerun-{job}", template="events/rerun_card.html")
    feed.register(Kind("job_run_again", JobRunAgain, (rerun,)))
    artifact = Fragment(region="chat", key="artifact-{artifact}", template="events/artifact_created.html")
    feed.register(Kind("artifact_created", ArtifactCreated, (artifact,)))
    feed.register(Kind("phase_changed", PhaseChanged, (stepper, acts)))
    feed.register(Kind("blueprint_ready", BlueprintReady, (plan, title)))
    budget = Fragment(region="chat", key="budget-{job}-{spent}", template="events/budget_card.html")
    feed.register(Kind("budget_reached", BudgetReached, (budget,)))
    repair = Fragment(region="chat", key="repair-{job}-{round}", template="events/repair_card.html")
    feed.register(Kind("repair_started", RepairStarted, (repair,)))
    review = Fragment(region="chat", key="{step}-{job}", template="events/review_card.html")
    feed.register(Kind("review_found", ReviewFound, (review,)))
    for verb in ("opened", "closed", "edited", "deleted", "abandoned"):
        feed.register(Kind(f"file_{verb}", FileTouched, (_FILE,)))
