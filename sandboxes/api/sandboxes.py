"""The sandbox of a branch: look at it, have it started, put away and woken."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from ninja import Query

from projects import access
from projects.enums import Ability
from projects.rest import Request, Room
from projects.services import branches
from sandboxes.models import Sandbox
from sandboxes.schemas.sandboxes import BranchQuery, SandboxOut
from sandboxes.services import overviews, sandboxes

room = Room("sandboxes")


@room.get("/projects/{uuid:project}/sandbox", SandboxOut)
def read_sandbox(request: Request, project: UUID, of: Query[BranchQuery]) -> Any:
    """Read where the sandbox of a branch stands."""
    return overviews.of(seen(request, project, of.branch))


@room.post("/projects/{uuid:project}/sandbox/start", SandboxOut, status=202)
def start_sandbox(request: Request, project: UUID, of: Query[BranchQuery]) -> Any:
    """Have the app run, from whatever state it is in.

    This and the other verbs are done by a worker: follow `state` here, or `sandbox_changed` among the events.
    """
    return _asked(request, project, of.branch, sandboxes.request_start)


@room.post("/projects/{uuid:project}/sandbox/stop", SandboxOut, status=202)
def stop_sandbox(request: Request, project: UUID, of: Query[BranchQuery]) -> Any:
    """End its box. The files are the project's and stay."""
    return _asked(request, project, of.branch, sandboxes.request_stop)


@room.post("/projects/{uuid:project}/sandbox/restart", SandboxOut, status=202)
def restart_sandbox(request: Request, project: UUID, of: Query[BranchQuery]) -> Any:
    """End the app's server and start it anew."""
    return _asked(request, project, of.branch, sandboxes.request_fresh_start)


@room.post("/projects/{uuid:project}/sandbox/sleep", SandboxOut, status=202)
def sleep_sandbox(request: Request, project: UUID, of: Query[BranchQuery]) -> Any:
    """Let it sleep until somebody looks at the app or works on it."""
    return _asked(request, project, of.branch, sandboxes.request_rest)


@room.post("/projects/{uuid:project}/sandbox/wake", SandboxOut, status=202)
def wake_sandbox(request: Request, project: UUID, of: Query[BranchQuery]) -> Any:
    """Wake it. Whoever may look at the app may do that: looking does it, too."""
    sandbox = seen(request, project, of.branch)
    if not sandbox._state.adding:
        sandboxes.request_start(sandbox)
    return overviews.of(sandbox)


def seen(request: Request, project: UUID, branch: str) -> Sandbox:
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    return sandboxes.find(branches.find(found, branch))


def edited(request: Request, project: UUID, branch: str) -> Sandbox:
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    return sandboxes.for_branch(branches.find(found, branch))


def _asked(request: Request, project: UUID, branch: str, verb: Callable[[Sandbox], None]) -> Any:
    sandbox = edited(request, project, branch)
    verb(sandbox)
    return overviews.of(sandbox)
