"""A sandbox and what ran in it, as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from projects.rest import In, Int, Out, Text
from projects.store import branchnames
from sandboxes.enums import CommandKind, CommandState, SandboxState
from sandboxes.models import Command
from sandboxes.services.commands import MOST_CWD, MOST_SECONDS

MOST_WORDS = 100
_WORD = Text(least=0, most=8000)


class BranchQuery(In):
    branch: str = Text("main", least=1, most=branchnames.MOST)


class LimitsOut(Out):
    """What a box of this installation may use."""

    memory_mb: int
    processes: int
    disk_mb: int
    files: int
    scratch_mb: int
    cpus: float


class ShownOut(Out):
    """The branch's newest version, and the open diff over it if one is shown. `in_place`: the box holds just that."""

    version: int | None
    diff: UUID | None
    in_place: bool


class SandboxOut(Out):
    """Null where there never was one. `isolation` says how its box is kept apart from the machine; empty without one.

    `since` is when it came to its state; `used_at` when somebody last looked or worked on it.
    """

    id: UUID | None
    project: UUID
    branch: str
    state: SandboxState
    stack: str
    backend: str
    isolation: str
    port: int | None
    preview_url: str | None
    shows: ShownOut
    limits: LimitsOut
    since: datetime | None
    used_at: datetime | None
    error: str


class ExecIn(In):
    """`argv` is the program and its words; no shell reads them. `cwd` is below the app's folder."""

    argv: Annotated[list[Annotated[str, _WORD]], Field(min_length=1, max_length=MOST_WORDS)]
    cwd: str = Text("", most=MOST_CWD)
    timeout: int = Int(60, least=1, most=MOST_SECONDS, description="In seconds.")


class CommandOut(Out):
    """`output` is the end of what it wrote; while it runs, so far. Ended from outside it has no `exit_code`."""

    id: UUID
    kind: CommandKind
    title: str
    state: CommandState
    exit_code: int | None
    output: str
    job: UUID | None
    asked_by: str | None
    started_at: datetime
    finished_at: datetime | None

    @staticmethod
    def resolve_job(command: Command, context: Any) -> UUID | None:
        return command.job_ref

    @staticmethod
    def resolve_asked_by(command: Command, context: Any) -> str | None:
        return command.asked_by.get_short_name() if command.asked_by else None


class LogQuery(BranchQuery):
    """Without a command it is the log of the app's server."""

    command: UUID | None = None
    since: int = Int(0, description="The `next` of what you have read.")
    words: str | None = Text(None, least=1, most=100, description="Only lines that say this.")


class SandboxLogOut(Out):
    """`live`: more may come. What no longer is there before `since` is left out."""

    command: UUID | None
    live: bool
    since: int
    next: int
    lines: list[str]
