"""What was made is looked at before the work goes on: after each phase of a first build, and after a change.

The stack's checks are run in the box. What they complain of goes to a model once, with the source lines; what is left
then is carried to a later repair and never holds up an app that would run.
"""

from collections.abc import Callable
from functools import partial

from django.db.models import QuerySet

from agents import capabilities, enums
from agents.engine import changing, faultpoints, install, judging, report, steps
from agents.engine.context import Context
from agents.engine.conversation import Earlier
from agents.engine.judging import Finding
from agents.engine.speech import say, say_once
from agents.errors import Failure, ModelFailure
from agents.lifecycle import facts
from agents.llm.base import Turn
from agents.models import Job, Step
from projects.services import files, secrets
from projects.store import trees
from sandboxes import stacks
from sandboxes.errors import SandboxLost
from sandboxes.runtime import checking, lifecycle
from sandboxes.runtime import stacks as places

KEY = "review"
CHECK = "check"
_AGAIN = "again"
_CODE = "review"
_MOST_SHOWN = 1200
_MOST_AWAITED = 30
_LEFT_OUT = "The app was not checked on its way: {reason}"

# Which of all findings are to be put right now.
Counts = Callable[[list[Finding]], list[Finding]]


def after_phase(context: Context, number: int) -> None:
    """Of the last phase everything counts; before it, what an earlier look has not told already."""
    is_whole = number == len(context.job.plan)
    counts: Counts = list if is_whole else partial(_fresh, known=_left_before(context.job, number))
    _review(context, str(number), f"phase {number}", counts, is_whole=is_whole)


def after_change(context: Context) -> None:
    """What was wrong before is not the change's to put right, unless it is asked for."""
    _review(context, "edit", "the change", partial(_of_change, context), is_whole=False)


def of_all(context: Context) -> None:
    """Asked for by a person, who is told what came of it."""
    lifecycle.show(context.sandbox(), context.changeset())
    _review(context, "all", "the app", list, is_whole=True, is_asked=True)
    newest = _looks(context.job).last()
    if newest is None:
        say_once(context, "There is nothing in this app that can be checked without running it.")
    elif "findings" in newest.output:
        count = len(newest.output["findings"])
        say_once(context, f"{_title(count)} It is still there." if count else "The checks find nothing to put right.")


def left(job: Job) -> str:
    """The report of what the newest look found, for whoever mends the app later."""
    newest = _looks(job).last()
    return str(newest.output.get("report", "")) if newest else ""


def _review(context: Context, name: str, of: str, counts: Counts, *, is_whole: bool, is_asked: bool = False) -> None:
    if not _is_worth_it(context, is_whole=is_whole, is_asked=is_asked):
        return
    look = partial(_look, context, counts, is_whole=is_whole, is_thorough=is_asked)
    told = partial(_announce, step=f"{KEY}-{name}", of=of)
    found = steps.once(context, f"{CHECK}-{name}", look, role="tester", title=f"Check {of}", told=told)
    if not found.get("counted"):
        return
    faultpoints.reach("findings_recorded")
    mend = partial(_mend, context, str(found["report"]))
    mended = steps.once(context, f"{KEY}-{name}", mend, role="reviewer", title=f"Put right what {of} lacks"[:120])
    faultpoints.reach("review_made")
    if mended["files"]:
        steps.once(context, f"{CHECK}-{name}-{_AGAIN}", look, role="tester", title=f"Check {of} again")


def _is_worth_it(context: Context, *, is_whole: bool, is_asked: bool) -> bool:
    """Where there is something to check, and somebody who could put it right. What cannot be done here is told once."""
    manifest = files.working_manifest(context.changeset())
    stack = stacks.choose(context.sandbox().planned, manifest)
    if not checking.fitting(stack, manifest, is_whole=is_whole):
        return False
    if not is_asked and not any(map(capabilities.answers_anything, context.models(f"{KEY}-1"))):
        return False
    if stack.name not in places.available():
        say_once(context, _LEFT_OUT.format(reason="this machine has no place to run it in."))
        return False
    return not _looks(context.job).filter(output__has_key="left_out").exists()


def _look(context: Context, counts: Counts, step: Step, *, is_whole: bool, is_thorough: bool) -> steps.Output:
    """What cannot be installed or kept in a box is met again by the steps that are for it."""
    try:
        sandbox = install.prepare(context)
        asked = {"is_whole": is_whole, "is_thorough": is_thorough}
        said = checking.run(sandbox, **asked, job_ref=context.job.pk, should_stop=context.should_stop)
    except (SandboxLost, TimeoutError, Failure) as failed:
        reason = failed.message.partition("\n")[0] if isinstance(failed, Failure) else str(failed)
        say_once(context, _LEFT_OUT.format(reason=reason or "its box did not answer."))
        return {"left_out": reason}
    found = judging.findings(said, awaited=frozenset(_awaited(context.job)))
    counted = counts(found)
    return {
        "tree": trees.tree_hash(files.working_manifest(context.changeset())),
        "findings": [finding.key for finding in found],
        "counted": [finding.key for finding in counted],
        "report": _report(context, counted or found),
        "seconds": round(sum(one.seconds for one in said), 2),
    }


def _report(context: Context, found: list[Finding]) -> str:
    if not found:
        return ""
    output = "\n".join(finding.text for finding in found)
    made = report.of(_CODE, _title(len(found)), output, files.working_manifest(context.changeset()))
    return secrets.masker(context.project).text(made.text)


def _title(count: int) -> str:
    return f"The check found {count} fault{'s' if count > 1 else ''}."


def _mend(context: Context, told: str, step: Step) -> steps.Output:
    """A model that cannot be asked holds up nothing."""
    awaited = _awaited(context.job)
    planned = f"\n\nPlanned, and not written yet: {', '.join(awaited[:_MOST_AWAITED])}" if awaited else ""
    try:
        return changing.change(context, step, prompt="review", earlier=Earlier((Turn("user", told + planned),)))
    except ModelFailure as sorry:
        say(context, f"What the check found was not put right: {sorry.message}")
        return {"files": [], "left_out": [], "has_acted": False, "is_stuck": False}


def _awaited(job: Job) -> list[str]:
    return [file["path"] for phase in job.plan for file in phase["files"] if not file["closed"]]


def _announce(job: Job, output: steps.Output, *, step: str, of: str) -> None:
    if not output.get("counted"):
        return
    payload = {
        "job": str(job.pk),
        "step": step,
        "of": of,
        "title": _title(len(output["counted"])),
        "text": str(output["report"])[:_MOST_SHOWN],
    }
    facts.record(job, "review_found", payload)


def _looks(job: Job) -> "QuerySet[Step]":
    done = job.steps.filter(key__startswith=f"{CHECK}-", state=enums.StepState.DONE)
    return done.order_by("ordinal")


def _left_before(job: Job, number: int) -> frozenset[str]:
    keys = [f"{CHECK}-{number - 1}", f"{CHECK}-{number - 1}-{_AGAIN}"]
    newest = _looks(job).filter(key__in=keys).last()
    return frozenset(newest.output.get("findings", ())) if newest else frozenset()


def _fresh(found: list[Finding], *, known: frozenset[str]) -> list[Finding]:
    return [finding for finding in found if finding.key not in known]


def _of_change(context: Context, found: list[Finding]) -> list[Finding]:
    """What a look at these very files had told before the change is known; without one only what it touches counts."""
    began_at = trees.tree_hash(files.base_manifest(context.changeset()))
    before = Step.objects.filter(job__branch=context.job.branch_id, job__state=enums.JobState.COMPLETED)
    newest = before.filter(key__startswith=f"{CHECK}-", output__tree=began_at).order_by("-finished_at").first()
    if newest is not None:
        return _fresh(found, known=frozenset(newest.output["findings"]))
    touched = frozenset(context.changeset().changes.values_list("path", flat=True))
    return [finding for finding in found if judging.concerns(finding, touched)]
