"""A proposed change set made into a version by a job, under the rules of whoever applies it by hand.

Merging takes as long as it takes, so nothing is held meanwhile; the version and the end of the job are one fact.
"""

from agents.engine import faultpoints
from agents.engine.context import Context
from agents.lifecycle import moves
from agents.lifecycle.failures import Failure
from agents.models import Job
from projects import access, errors
from projects.enums import Ability
from projects.models import ChangeSet
from projects.services import changesets
from projects.services.choosing import Pick

_LOOK_AGAIN = "Look at the change again, then decide anew."


def run(context: Context) -> None:
    try:
        _apply(context, _changeset(context.job))
    except (errors.Moved, errors.Restaged, errors.Closed, errors.Empty, errors.Protected) as refusal:
        raise Failure("invalid_input", str(refusal), user_action=_LOOK_AGAIN) from None


def _apply(context: Context, changeset: ChangeSet) -> None:
    asked = context.job.input
    changesets.check_free(changeset)
    for plan in changesets.plans(changeset, pick=_pick(context.job), seen=asked["seen"]):
        context.heed()
        faultpoints.reach("apply_unwritten")
        with context.hold_on_course() as job:
            _check_still(job)
            version = changesets.write(changeset, plan, by=job.created_by, message=asked["message"])
            faultpoints.reach("apply_written")
            if version is not None:
                moves.note(job, f"Version {version.number}")
                moves.complete(job, output={"version": version.number})
                return
    raise errors.Busy("Others keep changing this project.")


def _changeset(job: Job) -> ChangeSet:
    found = ChangeSet.objects.filter(project=job.project, pk=job.input["changeset"]).first()
    if found is None:
        raise Failure("invalid_input", "This change set does not exist any more.", user_action=_LOOK_AGAIN)
    return found


def _pick(job: Job) -> Pick | None:
    paths, parts = job.input["paths"], job.input["parts"]
    chosen = {path: frozenset(some) for path, some in parts.items()}
    return Pick(frozenset(paths), chosen) if paths or parts else None


def _check_still(job: Job) -> None:
    """Since it was asked for, whoever did may have lost the right to; nobody else's stands in for it."""
    if job.created_by is None or not access.can(job.created_by, job.project, Ability.EDIT):
        raise Failure(
            "policy_denied",
            "Whoever asked for this may not change this project any more.",
            user_action="Somebody who may edit has to apply it.",
        )
