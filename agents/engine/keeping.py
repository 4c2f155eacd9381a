"""What a replay gave, kept on a branch: never on the job's own, and never in place of what somebody made."""

from dataclasses import dataclass

from django.db import transaction

from agents.engine.replay import Outcome
from agents.errors import NotPossible
from agents.lifecycle import moves
from projects import access, errors
from projects.enums import Ability, AuthorKind
from projects.models import Branch, ChangeSet, Project, User, Version
from projects.services import branches, changesets, projects, scratch, staging, writing
from projects.services.staging import Content, Packed
from projects.store import trees

_MOST_TITLE = 200


@dataclass(frozen=True)
class Kept:
    """On a new branch it is a version; on one that is there it waits for somebody to decide."""

    branch: Branch
    changeset: ChangeSet
    version: Version | None

    def __str__(self) -> str:
        if self.version is not None:
            return f"It is version {self.version.number}, on the new branch {self.branch.name!r}."
        return f"It waits as a change of {self.branch.name!r}, to be looked at under Changes ({self.changeset.pk})."


def keep(outcome: Outcome, name: str, *, by: User | None) -> Kept:
    """Raises NotPossible or a Refusal, and then nothing was written."""
    job = outcome.job
    if job.branch.name == name:
        raise NotPossible(f"{name!r} is the job's own branch. A replay is kept on another one.")
    changes = _changes(outcome)
    if not changes.entries:
        raise NotPossible("This replay changes nothing, so there is nothing to keep.")
    with transaction.atomic():
        project = writing.lock(job.project_id)
        projects.check_open(project)
        if by is not None:
            access.check_still(project, Ability.EDIT, by=by, right="agents.add_replay")
        branch = Branch.objects.filter(project=project, name=name).first()
        is_new = branch is None
        if branch is None:
            branch = _begin(project, outcome, name, by=by)
        changeset = _proposal(branch, outcome, changes, by=by)
        version = changesets.apply(changeset, by=by, message=changeset.title) if is_new else None
    return Kept(branch, changeset, version)


def _begin(project: Project, outcome: Outcome, name: str, *, by: User | None) -> Branch:
    """Where the job began."""
    base = outcome.changeset.base if outcome.changeset else None
    job = outcome.job
    stack = str(job.blueprint.get("stack") or job.branch.template)
    return branches.create_at(project, name, base, by=by, template=stack)


def _proposal(branch: Branch, outcome: Outcome, changes: Packed, *, by: User | None) -> ChangeSet:
    """Over what the job began with: what the branch did since is joined with it when it is applied."""
    title = f"Replay of job {str(outcome.job.pk)[:8]}: {moves.title(outcome.job)}"[:_MOST_TITLE]
    changeset = changesets.open(branch=branch, author_kind=AuthorKind.SYSTEM, by=by, title=title)
    changeset.base = outcome.changeset.base if outcome.changeset else None
    changeset.note = "What the stored replies of the job give when they are read again. No model was asked."
    changeset.save(update_fields=["base", "note"])
    try:
        staging.put(changesets.locked_open(changeset), changes)
    except errors.Refusal as refusal:
        raise NotPossible(f"What the replay gave does not fit there: {refusal}") from refusal
    return changeset


def _changes(outcome: Outcome) -> Packed:
    """Beside what the job began with."""
    found = trees.diff(scratch.base_of(outcome.changeset), outcome.scratch.manifest())
    return staging.pack((one.path, _content(outcome, one)) for one in found)


def _content(outcome: Outcome, one: trees.Difference) -> Content | None:
    if one.after is None:
        return None
    return Content(outcome.scratch.read(one.path), one.after.executable)
