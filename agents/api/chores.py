"""Work without a model that a worker does, to be asked for and looked after: pushes, imports, exports, applies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Query

from agents import errors as agents_errors
from agents.api.jobs import key_of
from agents.enums import JobKind, JobState
from agents.models import Job
from agents.schemas.artifacts import ExportIn
from agents.services import applies, chores, exports
from projects import access, errors
from projects.enums import Ability
from projects.git import addresses
from projects.rest import In, Out, Page, Paging, Request, Room, Text, problems
from projects.schemas.diffs import ApplyIn
from projects.services import remotes, showing
from projects.services.projects import MOST_NAME

room = Room("chores")
problems.register(agents_errors.NotPossible, "wrong_state")


class BringIn(In):
    """A user and password within the address are taken out of it and kept encrypted, as of the remote `origin`."""

    url: str = Text(least=1, most=addresses.MOST)
    name: str = Text("", most=MOST_NAME)
    username: str = Text("", most=200)
    password: str = Text("", most=remotes.MOST_CREDENTIAL)


class ChoreOut(Out):
    """`error` has code, message, user_action and retryable; `log` the newest lines."""

    id: UUID
    project: UUID
    kind: JobKind
    state: JobState
    title: str
    attempts: int
    error: dict[str, Any] | None
    log: list[str]
    created_at: datetime
    finished_at: datetime | None

    @staticmethod
    def resolve_project(job: Job, context: Any) -> UUID:
        return job.project_id

    @staticmethod
    def resolve_title(job: Job, context: Any) -> str:
        return str(job.input.get("text", ""))

    @staticmethod
    def resolve_log(job: Job, context: Any) -> list[str]:
        return list(job.output.get("log", []))


# Not keyed: a key would keep a hash of the password.
@room.post("/imports/git", ChoreOut, status=202, keyed=False)
def import_git(request: Request, body: BringIn) -> Any:
    """Make a project from a git address.

    The project is there at once; a worker fills it with all branches and their history. Follow the chore or the events.
    """
    return chores.bring_in(**body.dict(), by=request.user)


@room.post("/projects/{uuid:project}/remotes/{uuid:remote}/push", ChoreOut, status=202, scope="manage", refuses=(409,))
def push_remote(request: Request, project: UUID, remote: UUID) -> Any:
    """Push all branches to a remote.

    At most one push waits for a remote: asking again gives the one that waits.
    """
    found = remotes.find(access.get_project_by_id(request.user, project, Ability.OWN), remote)
    if found is None:
        raise errors.Missing("There is no such remote.")
    return chores.push(found, by=request.user)


@room.post("/projects/{uuid:project}/exports", ChoreOut, status=202, refuses=(409,))
def create_export(request: Request, project: UUID, body: ExportIn) -> Any:
    """Pack a project as an artifact of a job.

    For what takes long to pack; what is small is downloaded at once under `exports/zip` and `exports/bundle`. Of one
    thing at most one export waits: asking again gives the one that does.
    """
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    return exports.ask(
        found, body.form, by=request.user, **body.dict(exclude={"form"}), idempotency_key=key_of(request)
    )


@room.post("/projects/{uuid:project}/diffs/{uuid:diff}/apply-later", ChoreOut, status=202, refuses=(409, 412))
def apply_diff_later(request: Request, project: UUID, diff: UUID, body: ApplyIn) -> Any:
    """Let a worker make a version of the diff, or of some of it, as `apply` does at once."""
    found = showing.find(access.get_project_by_id(request.user, project, Ability.EDIT), diff)
    return applies.ask(found, by=request.user, **body.dict(), idempotency_key=key_of(request))


@room.get("/projects/{uuid:project}/chores", Page[ChoreOut])
def list_chores(request: Request, project: UUID, page: Query[Paging]) -> Any:
    """List the work without a model of a project, the newest first."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    return page.of(request, chores.of_project(found), by=("-created_at", "-id"))


@room.get("/projects/{uuid:project}/chores/{uuid:chore}", ChoreOut)
def read_chore(request: Request, project: UUID, chore: UUID) -> Any:
    """Read one piece of work without a model."""
    found = chores.of_project(access.get_project_by_id(request.user, project, Ability.VIEW)).filter(pk=chore).first()
    if found is None:
        raise errors.Missing("There is no such chore.")
    return found
