"""An app that cannot be installed or started is mended by the model, within a bound and in sight of everybody.

A round: what failed is recorded, the job goes back to implementing, the model is given the report and edits, and
installing and starting are tried anew, as steps of their own. It ends when the app runs, after so many rounds, or
when the same error has come three times in a row.
"""

import itertools

from django.db.models import Q, QuerySet

from agents import enums
from agents.engine import changing, faultpoints, install, report, review, start, steps
from agents.engine.context import Context
from agents.engine.conversation import Earlier
from agents.engine.report import Report
from agents.errors import AppBroken, Failure, ModelFailure
from agents.lifecycle import facts, moves, steering
from agents.llm.base import Turn
from agents.models import Job, Step
from projects.services import files, secrets
from projects.store import trees

KEY = "repair"
MOST_ROUNDS = 3
MOST_ALIKE = 3
_MOST_SHOWN = 1200
_UNCHANGED = (
    "No file was changed by this, so the app fails as before. Look for another cause, or for another way, and write "
    "it. If nothing in these files can mend it, say in one sentence what stands in the way."
)
_TRIED = (install.KEY, start.KEY)


def numbered(job: Job, key: str) -> str:
    """The name of a step of this round: tried again after a change it is another one."""
    rounds = job.steps.filter(Q(key__startswith=f"{KEY}-") | Q(key__startswith=f"{steering.KEY}-")).count()
    return f"{key}-{rounds + 1}" if rounds else key


def is_due(job: Job) -> bool:
    """Whether something failed that no finished repair came after."""
    newest = job.steps.exclude(state=enums.StepState.RUNNING).order_by("ordinal").last()
    return newest is not None and newest.state == enums.StepState.FAILED and _is_trial(newest)


def has_begun(job: Job) -> bool:
    """Whether something was tried and did not work: then it is tried again, whatever became of the files."""
    return _failed(job).exists()


def begin(context: Context, broken: AppBroken) -> None:
    """Record what failed and go back to implementing, or raise it again when nothing more is to be tried.

    One transaction: no crash can leave a failure recorded that nobody goes on from.
    """
    told, tree = _report(context, broken), trees.tree_hash(files.working_manifest(context.changeset()))
    faultpoints.reach("failure_unrecorded")
    with context.hold_on_course() as job:
        verdict = _verdict(job, told, tree)
        _fail_step(job, told, tree)
        faultpoints.reach("failure_recorded")
        if not verdict:
            moves.advance(job, enums.Phase.IMPLEMENTING)
            _announce(job, told)
    faultpoints.reach("repair_begun")
    if verdict:
        raise Failure(broken.code, f"{verdict}\n\n{broken.message}")


def run(context: Context) -> None:
    """The step of this round; `is_due` must have said so."""
    done = _repairs(context.job).filter(state=enums.StepState.DONE).count()
    key = f"{KEY}-{done + 1}"
    try:
        steps.once(context, key, lambda step: _mend(context, step), role="fixer", title=f"Repair {done + 1}")
    except ModelFailure as sorry:
        if sorry.retryable:
            raise
        failed = _last_failed(context.job)
        raise Failure(
            failed.output["code"], f"{failed.output['title']} It could not be mended: {sorry.message}"
        ) from sorry


def _mend(context: Context, step: Step) -> steps.Output:
    told = str(_last_failed(context.job).output["report"])
    if left := review.left(context.job):
        told = f"{told}\n\nBefore it was started:\n{left}"
    before, asked = files.working_manifest(context.changeset()), Turn("user", told)
    output = changing.change(context, step, prompt="repair", earlier=Earlier((asked,)))
    if output["has_gone_on"] or files.working_manifest(context.changeset()) != before:
        return output
    turns = (asked, Turn("assistant", "That is all."), Turn("user", _UNCHANGED))
    return changing.change(context, step, prompt="repair", earlier=Earlier(turns))


def _report(context: Context, broken: AppBroken) -> Report:
    """What the box says was masked there; the files it names are masked here."""
    made = report.of(broken.code, broken.title, broken.output, files.working_manifest(context.changeset()))
    masker = secrets.masker(context.project)
    return Report(made.code, made.title, masker.text(made.text), made.fingerprint)


def _fail_step(job: Job, told: Report, tree: str) -> None:
    step = job.steps.filter(state=enums.StepState.RUNNING).order_by("ordinal").last()
    assert step is not None  # noqa: S101 - what failed is a step that was begun
    known = {"code": told.code, "title": told.title, "report": told.text, "fingerprint": told.fingerprint, "tree": tree}
    steps.fail(step, known)


def _verdict(job: Job, told: Report, tree: str) -> str:
    """Why nothing more is tried; nothing while another round is worth it. Counted since somebody asked to go on."""
    since = int(job.output.get("steps_before", 0))
    rounds = _repairs(job).filter(ordinal__gt=since).count()
    before = _failed(job).filter(ordinal__gt=since).order_by("-ordinal").values_list("output__fingerprint", flat=True)
    if 1 + sum(1 for _ in itertools.takewhile(told.fingerprint.__eq__, before)) >= MOST_ALIKE:
        return f"The same error came {MOST_ALIKE} times in a row, so Djinn stopped trying to mend it."
    if rounds >= MOST_ROUNDS:
        return f"Djinn tried to mend it {MOST_ROUNDS} times, and it still does not run."
    return _circle(list(_failed(job).filter(ordinal__gt=since).order_by("-ordinal")), told, tree)


def _circle(before: list[Step], told: Report, tree: str) -> str:
    """The newest first. Files that have failed so before fail so again, whoever made them so."""
    trees_before = [step.output.get("tree") for step in before if step.output["code"] == told.code]
    if trees_before[:1] == [tree]:
        return "The last repair changed nothing, and the app fails as before, so Djinn stopped trying to mend it."
    if tree in trees_before:
        return "The repairs undo each other: the files are as they were before, so Djinn stopped trying to mend it."
    return ""


def _announce(job: Job, told: Report) -> None:
    number = _repairs(job).count() + 1
    payload = {
        "job": str(job.pk),
        "round": number,
        "code": told.code,
        "title": told.title,
        "text": told.text[-_MOST_SHOWN:],
    }
    facts.record(job, "repair_started", payload)


def _repairs(job: Job) -> "QuerySet[Step]":
    return job.steps.filter(key__startswith=f"{KEY}-")


def _failed(job: Job) -> "QuerySet[Step]":
    return job.steps.filter(state=enums.StepState.FAILED)


def _last_failed(job: Job) -> Step:
    return _failed(job).order_by("ordinal")[_failed(job).count() - 1]


def _is_trial(step: Step) -> bool:
    return step.key.partition("-")[0] in _TRIED
