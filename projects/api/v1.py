"""The first version of the API, for clients of the earlier design: the same services behind older addresses."""

from typing import Any
from uuid import UUID

from projects import access
from projects.api import projects as now
from projects.enums import Ability
from projects.models import Branch
from projects.rest import Page, Request, Room, etags
from projects.schemas.files import VersionMade
from projects.schemas.projects import ProjectOut
from projects.schemas.v1 import FileIn, FileList, FilesWritten, TextOut
from projects.services import files
from projects.services.staging import Content
from projects.store.trees import Manifest

first = Room("v1")
MOST_WRITTEN = 8 * 1024 * 1024

first.get("/projects", Page[ProjectOut])(now.list_projects)
first.post("/projects", ProjectOut)(now.create_project)
first.get("/projects/{uuid:project}", ProjectOut)(now.read_project)
first.patch("/projects/{uuid:project}", ProjectOut, scope="manage", refuses=(409,))(now.change_project)
first.delete("/projects/{uuid:project}", scope="manage", confirmed=True, refuses=(409,))(now.delete_project)


@first.get("/project-files/{uuid:project}", FileList)
def list_project_files(request: Request, project: UUID) -> Any:
    """List all files of `main`."""
    tree = files.manifest(_main(request, project, Ability.VIEW))
    return {"files": [_shown(tree, path) for path in sorted(tree)]}


@first.put("/project-files/{uuid:project}", VersionMade, refuses=(409, 412), most=MOST_WRITTEN)
def write_project_files(request: Request, project: UUID, body: FilesWritten) -> Any:
    """Write many files of `main` as one version, if each is as its writer saw it."""
    version = files.save_all(
        _main(request, project, Ability.EDIT),
        [(file.path, _content(file)) for file in body.files],
        by=request.user,
        message=body.message or f"Write {len(body.files)} files",
        expected={file.path: (file.etag or "").strip('"') for file in body.files},
    )
    return {"version": version.number}


@first.get("/project-files/{uuid:project}/{path:path}", TextOut)
def read_project_file(request: Request, project: UUID, path: str) -> Any:
    """Read one file of `main`."""
    tree = files.manifest(_main(request, project, Ability.VIEW))
    content = files.read(tree, path)
    return {**_shown(tree, path), "content": files.text_of(content)}


def _main(request: Request, project: UUID, ability: Ability) -> Branch:
    return files.branch_of(access.get_project_by_id(request.user, project, ability))


def _content(file: FileIn) -> Content | None:
    """Whether it may be executed stays as it is."""
    return None if file.content is None else Content(file.content.encode(), executable=None)


def _shown(tree: Manifest, path: str) -> dict[str, Any]:
    entry = tree[path]
    return {"path": path, "size": entry.size, "executable": entry.executable, "etag": etags.tag(entry.sha256)}
