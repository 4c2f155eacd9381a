"""Diffs, the change sets of a project: propose, read, decide by file and by part, apply, reject, resolve."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects import access
from projects.api.versions import shown
from projects.enums import Ability, Decision
from projects.models import ChangeSet
from projects.rest import Page, Paging, Request, Room, etags
from projects.schemas.diffs import (
    ApplyIn,
    ContentIn,
    DecisionIn,
    DiffFileOut,
    DiffFilesQuery,
    DiffIn,
    DiffOut,
    DiffQuery,
    RejectIn,
    ResolveIn,
)
from projects.schemas.versions import VersionOut
from projects.services import branches, changesets, choosing, review, showing
from projects.services.staging import Content

room = Room("diffs")
LARGE_ENOUGH = 32 * 1024 * 1024


@room.get("/projects/{uuid:project}/diffs", Page[DiffOut])
def list_diffs(request: Request, project: UUID, page: Query[Paging], only: Query[DiffQuery]) -> Any:
    """List the diffs of a project, the newest first."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    rows = showing.listed(found, state=only.state or "", branch=only.branch or "")
    return page.of(request, rows, by=("-created_at", "-id"))


@room.post("/projects/{uuid:project}/diffs", DiffOut, refuses=(412,), most=LARGE_ENOUGH)
def propose_diff(request: Request, project: UUID, body: DiffIn) -> Any:
    """Propose changes to files, for review."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    pairs = [(one.path, None if one.data is None else Content(one.data, one.executable)) for one in body.changes]
    seen = {one.path: one.seen for one in body.changes if one.seen is not None}
    branch = branches.find(found, body.branch)
    made = changesets.propose(branch, pairs, by=request.user, title=body.title, note=body.note, expected=seen)
    return showing.find(found, made.pk)


@room.get("/projects/{uuid:project}/diffs/{uuid:diff}", DiffOut)
def read_diff(request: Request, project: UUID, diff: UUID) -> Any:
    """Read one diff."""
    return _found(request, project, diff, Ability.VIEW)


@room.get("/projects/{uuid:project}/diffs/{uuid:diff}/files", Page[DiffFileOut])
def list_diff_files(
    request: Request, project: UUID, diff: UUID, page: Query[Paging], only: Query[DiffFilesQuery]
) -> Any:
    """List the files of a diff with their parts, by path."""
    found = _found(request, project, diff, Ability.VIEW)
    rows = showing.rows_of(found)
    listed = page.of(request, rows.filter(path=only.path) if only.path else rows, by=("path",))
    return {**listed, "items": [DiffFileOut.of(file) for file in showing.files(found, listed["items"])]}


@room.put(
    "/projects/{uuid:project}/diffs/{uuid:diff}/files/{path:path}",
    DiffOut,
    refuses=(409, 412, 428),
    most=LARGE_ENOUGH,
)
def edit_diff_file(request: Request, project: UUID, diff: UUID, path: str, body: ContentIn) -> Any:
    """Stage another content for a file of the diff, or one more file; with `seen`, or with `If-Match`."""
    found = _found(request, project, diff, Ability.EDIT)
    content = None if body.data is None else Content(body.data, body.executable)
    review.stage(found, path, content, seen=etags.expected(request) if body.seen is None else body.seen)
    return showing.find(found.project, diff)


@room.post("/projects/{uuid:project}/diffs/{uuid:diff}/decisions", DiffOut, status=200, refuses=(409, 412))
def decide(request: Request, project: UUID, diff: UUID, body: DecisionIn) -> Any:
    """Approve or turn down a file of the diff, or one part of it."""
    found = _found(request, project, diff, Ability.EDIT)
    if body.part is None:
        review.decide(found, body.path, Decision(body.decision), seen=body.seen)
    else:
        review.decide_part(found, body.path, body.part, Decision(body.decision), seen=body.seen)
    return showing.find(found.project, diff)


@room.post("/projects/{uuid:project}/diffs/{uuid:diff}/apply", VersionOut, refuses=(409, 412))
def apply_diff(request: Request, project: UUID, diff: UUID, body: ApplyIn) -> Any:
    """Make a version of the diff, or of some of it."""
    found = _found(request, project, diff, Ability.EDIT)
    chosen = {path: frozenset(parts) for path, parts in body.parts.items()}
    pick = choosing.Pick(frozenset(body.paths), chosen) if body.paths or body.parts else None
    message = body.message or found.title or "Apply changes"
    made = changesets.apply(found, by=request.user, message=message, pick=pick, seen=body.seen)
    return shown(found.project, made)


@room.post("/projects/{uuid:project}/diffs/{uuid:diff}/reject", DiffOut, status=200, refuses=(409, 412))
def reject_diff(request: Request, project: UUID, diff: UUID, body: RejectIn) -> Any:
    """Turn the whole diff down; it stays readable."""
    found = _found(request, project, diff, Ability.EDIT)
    review.reject(found, by=request.user, seen=body.seen)
    return showing.find(found.project, diff)


@room.post("/projects/{uuid:project}/diffs/{uuid:diff}/resolve", DiffOut, refuses=(409, 412), most=LARGE_ENOUGH)
def resolve_diff(request: Request, project: UUID, diff: UUID, body: ResolveIn) -> Any:
    """Say what becomes of each file that both sides changed: gives a new diff over the branch as it is now."""
    found = _found(request, project, diff, Ability.EDIT)
    choices = {one.path: one.take or (one.content or "").encode() for one in body.choices}
    seen = review.Looked(body.seen, body.head)
    return showing.find(found.project, review.resolve(found, choices, by=request.user, seen=seen).pk)


def _found(request: Request, project: UUID, diff: UUID, ability: Ability) -> ChangeSet:
    return showing.find(access.get_project_by_id(request.user, project, ability), diff)
