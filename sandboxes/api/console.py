"""The console of a preview: what pages of the app said, and what is made of it."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects import access
from projects.enums import Ability
from projects.models import Branch
from projects.rest import Page, Paging, Request, Room
from projects.services import files
from sandboxes.console.lines import MOST_BODY, Batch, Line
from sandboxes.schemas.console import (
    ConsoleBranch,
    ConsoleContextOut,
    ConsoleEntryOut,
    ConsoleQuery,
    ConsoleReportIn,
    ConsoleStatisticsOut,
)
from sandboxes.services import console

room = Room("console")
_NEWEST = ("-last_at", "-id")


@room.get("/projects/{uuid:project}/console", Page[ConsoleEntryOut])
def list_console_entries(request: Request, project: UUID, page: Query[Paging], only: Query[ConsoleQuery]) -> Any:
    """List what pages of the app said in people's browsers, the newest first. The oldest gives way to the newest."""
    branch = _branch(request, project, only.branch, Ability.VIEW)
    levels = (only.level,) if only.level else ()
    return page.of(request, console.entries(branch, levels=levels, source=only.source or ""), by=_NEWEST)


@room.get("/projects/{uuid:project}/console/errors", Page[ConsoleEntryOut])
def list_console_errors(request: Request, project: UUID, page: Query[Paging], only: Query[ConsoleBranch]) -> Any:
    """List the errors among them, the newest first."""
    return page.of(request, console.errors(_branch(request, project, only.branch, Ability.VIEW)), by=_NEWEST)


@room.get("/projects/{uuid:project}/console/statistics", ConsoleStatisticsOut)
def read_console_statistics(request: Request, project: UUID, only: Query[ConsoleBranch]) -> Any:
    """Read how much was said on each level, and how much was too much to be told."""
    return console.statistics(_branch(request, project, only.branch, Ability.VIEW))


@room.get("/projects/{uuid:project}/console/context", ConsoleContextOut)
def read_console_context(request: Request, project: UUID, only: Query[ConsoleBranch]) -> Any:
    """Read what is wrong in a few lines, as a model is told it, of the files that are shown now."""
    return {"text": console.context_for_agent(_branch(request, project, only.branch, Ability.VIEW))}


@room.post("/projects/{uuid:project}/console", status=204, most=MOST_BODY)
def report_to_console(request: Request, project: UUID, only: Query[ConsoleBranch], body: ConsoleReportIn) -> Any:
    """Report what a console said, as the pages of a preview do it themselves. For editors."""
    branch = _branch(request, project, only.branch, Ability.EDIT)
    said = tuple(Line(**line.model_dump()) for line in body.entries)
    console.report(branch, Batch(body.page, said, body.dropped))


@room.delete("/projects/{uuid:project}/console")
def clear_console(request: Request, project: UUID, only: Query[ConsoleBranch]) -> Any:
    """Forget what is kept. Faults that people were told of stay told."""
    console.clear(_branch(request, project, only.branch, Ability.EDIT))


def _branch(request: Request, project: UUID, name: str, ability: Ability) -> Branch:
    return files.branch_of(access.get_project_by_id(request.user, project, ability), name)
