"""Files: list, read, write, delete, move, upload, search. Each write is one version."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Status

from projects import access
from projects.enums import Ability
from projects.models import Branch
from projects.rest import Page, Refused, Request, Room, etags
from projects.schemas.files import (
    FileOut,
    FilesIn,
    FileWritten,
    FolderIn,
    Found,
    MoveIn,
    SearchIn,
    UploadIn,
    VersionMade,
    Where,
    WriteIn,
)
from projects.services import files, media, searching, uploads
from projects.services.applying import MOST_FILE
from projects.store.trees import Manifest, inside

room = Room("files")
MOST_UPLOAD = 32 * 1024 * 1024

_IF_MATCH = {
    "in": "header", "name": "If-Match", "required": False, "schema": {"type": "string"},
    "description": "The ETag you saw; required unless If-None-Match is given.",
}  # fmt: skip
_IF_NEW = {
    "in": "header", "name": "If-None-Match", "required": False, "schema": {"type": "string"},
    "description": "`*`: there must be no such file yet.",
}  # fmt: skip
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
# Of whatever kind the file is.
_ANY_KIND = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
_BYTES_OR_NOT = {200: {"description": "Its bytes.", "content": _ANY_KIND}, 304: {"description": "You have it."}}
_UPLOAD = {
    "type": "object",
    "required": ["files"],
    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
}


@room.get("/projects/{uuid:project}/files", Page[FileOut])
def list_files(request: Request, project: UUID, page: Query[FilesIn], response: HttpResponse) -> Any:
    """List the files of a branch.

    In the order of their paths. `ETag` is that of the folder: what `If-Match` takes to move or delete it.
    """
    tree = files.manifest(_branch(request, project, page.branch, Ability.VIEW))
    tree = inside(tree, page.folder.strip("/"))
    response.headers["ETag"] = etags.tag(files.tree_hash(tree))
    return page.of_list(request, sorted(tree), key=str, show=lambda path: _shown(tree, path))


@room.get(
    "/projects/{uuid:project}/files/{path:path}",
    extra={"parameters": [_IF_NEW], "responses": _BYTES_OR_NOT},
)
def read_file(request: Request, project: UUID, path: str, where: Query[Where]) -> HttpResponse:
    """Read one file, byte for byte.

    `Content-Type` is what the name says and the content confirms. No browser runs what comes from here.
    """
    tree = files.manifest(_branch(request, project, where.branch, Ability.VIEW))
    tag = etags.tag(tree[path].sha256) if path in tree else ""
    if tag and etags.is_known(request, tag):
        return HttpResponse(status=304, headers={"ETag": tag})
    content = files.read(tree, path)
    return HttpResponse(content, headers={**media.headers(path, content), "ETag": tag})


@room.put(
    "/projects/{uuid:project}/files/{path:path}",
    FileWritten,
    most=MOST_FILE,
    refuses=(412, 428),
    more={201: FileWritten},
    extra={"parameters": [_IF_MATCH, _IF_NEW], "requestBody": {"required": True, "content": _BYTES}},
)
def write_file(request: Request, project: UUID, path: str, where: Query[WriteIn], response: HttpResponse) -> Any:
    """Write one file, byte for byte.

    Send the ETag you saw in `If-Match`, or `If-None-Match: *` for a new file. It becomes a version at once.
    """
    branch, seen = _branch(request, project, where.branch, Ability.EDIT), etags.expected(request)
    version = files.save(
        branch, path, request.body, by=request.user, executable=where.executable, expected=seen, message=where.message
    )
    tree = files.tree_of(version)
    response.headers["ETag"] = etags.tag(tree[path].sha256)
    return Status(200 if seen else 201, {**_shown(tree, path), "version": version.number})


@room.delete("/projects/{uuid:project}/files/{path:path}", refuses=(412, 428), extra={"parameters": [_IF_MATCH]})
def delete_file(request: Request, project: UUID, path: str, where: Query[Where]) -> None:
    """Delete a file, or a folder with all that stands in it."""
    branch = _branch(request, project, where.branch, Ability.EDIT)
    files.delete(branch, path, by=request.user, expected=etags.expected(request))


@room.post("/projects/{uuid:project}/file-moves", VersionMade, refuses=(412, 428), extra={"parameters": [_IF_MATCH]})
def move_file(request: Request, project: UUID, body: MoveIn) -> Any:
    """Move a file or a folder to another path.

    What stands there already is never replaced: that is 412.
    """
    branch = _branch(request, project, body.branch, Ability.EDIT)
    version = files.move(branch, body.path, body.target, by=request.user, expected=etags.expected(request))
    return {"version": version.number}


@room.post("/projects/{uuid:project}/folders", VersionMade)
def make_folder(request: Request, project: UUID, body: FolderIn) -> Any:
    """Make an empty folder.

    Trees have files alone, so it gets an empty file `.gitkeep`. Writing a file makes its folders by itself.
    """
    branch = _branch(request, project, body.branch, Ability.EDIT)
    return {"version": files.make_folder(branch, body.path, by=request.user).number}


@room.post(
    "/projects/{uuid:project}/file-uploads",
    VersionMade,
    most=MOST_UPLOAD,
    refuses=(412,),
    extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD}}}},
)
def upload_files(request: Request, project: UUID, where: Query[UploadIn]) -> Any:
    """Upload many files at once, as one version.

    Files that are there already are replaced only with `replace=true`; otherwise it is 412, and `paths` names them.
    """
    branch = _branch(request, project, where.branch, Ability.EDIT)
    if request.content_type != "multipart/form-data":
        raise Refused("wrong_media_type", "Send the files as multipart/form-data, each as `files`.")
    contents = ((str(one.name), one.read()) for one in request.FILES.getlist("files"))
    version = uploads.put(branch, contents, by=request.user, folder=where.folder, is_replacing=where.replace)
    return {"version": version.number}


@room.get("/projects/{uuid:project}/file-search", Found)
def search_files(request: Request, project: UUID, ask: Query[SearchIn]) -> Any:
    """Search the names and the contents of a branch's files.

    In any case unless `exact`. Files of more than 1 MiB are not searched; `left_out` counts them.
    """
    tree = files.manifest(_branch(request, project, ask.branch, Ability.VIEW))
    names = searching.names(tree, ask.words, most=ask.limit)
    found = searching.content(project, tree, ask.words, is_exact=ask.exact, most=ask.limit)
    return {
        "names": names.paths,
        "more_names": names.has_more,
        "lines": found.hits,
        "more_lines": found.has_more,
        "left_out": found.left_out,
    }


def _branch(request: Request, project: UUID, name: str, ability: Ability) -> Branch:
    return files.branch_of(access.get_project_by_id(request.user, project, ability), name)


def _shown(tree: Manifest, path: str) -> dict[str, Any]:
    entry = tree[path]
    return {"path": path, "size": entry.size, "executable": entry.executable, "etag": etags.tag(entry.sha256)}
