"""`get-sandbox-files` and `create-zip` of the earlier design: a box holds the files of `main`, so those are given."""

import base64
from typing import Any

from django.http import HttpResponseBase
from ninja import Query

from agents.api.shims.addresses import project_of, shims, told
from agents.schemas.shims import Place
from projects.enums import Ability
from projects.models import Project
from projects.rest import Refused, Request, downloads
from projects.services import exporting, files
from projects.store.trees import Manifest

# As their clients were used to: larger files are not in the list.
MOST_FILE = 10_000
MOST_FILES = 2000
MOST_FOLDERS = 50
# Of a zip within JSON, before it is written in letters.
MOST_ZIP = 8 * 1024 * 1024
_ENTRIES = ("src/main.tsx", "src/main.jsx", "src/index.jsx", "src/App.tsx", "src/App.jsx", "index.html", "app.py")


@shims.get("/get-sandbox-files", dict[str, Any], refuses=(404,))
def get_sandbox_files(request: Request, place: Query[Place]) -> Any:
    """Read the small text files of `main`. What takes looking into them (routes, components) is not told."""
    project = project_of(request, Ability.VIEW, place)
    tree = files.manifest(files.branch_of(project))
    texts = _texts(tree)
    return told(
        files=texts,
        structure="\n".join(_folders(tree)[:MOST_FOLDERS]),
        fileCount=len(texts),
        manifest={
            "files": {f"/{path}": _about(path, text) for path, text in texts.items()},
            "entryPoint": next((f"/{path}" for path in _ENTRIES if path in tree), ""),
            "styleFiles": [f"/{path}" for path in texts if path.endswith(".css")],
        },
    )


# Its answer may be longer than what is kept for a key, and asking again does no harm.
@shims.post("/create-zip", dict[str, Any], status=200, refuses=(404, 413), keyed=False)
def create_zip(request: Request, place: Query[Place], body: Place) -> Any:
    """Take all files of `main` as a zip: as it is with `Accept: application/zip`, else as a data URL in JSON."""
    project = project_of(request, Ability.VIEW, place, body)
    export = exporting.zip_of(project)
    if request.get_preferred_type(["application/json", export.media_type]) == export.media_type:
        answer: HttpResponseBase = downloads.answer(export.pieces, name=export.name, media_type=export.media_type)
        return answer
    content = base64.b64encode(_whole(export, project)).decode()
    return told(
        dataUrl=f"data:{export.media_type};base64,{content}", fileName=export.name, message="The project is packed."
    )


def _whole(export: exporting.Export, project: Project) -> bytes:
    packed = bytearray()
    for piece in export.pieces:
        packed += piece
        if len(packed) > MOST_ZIP:
            raise Refused(
                "too_large",
                f"This zip is larger than {MOST_ZIP // 1024**2} MiB. Ask with `Accept: application/zip`, or take it "
                f"from /api/v2/projects/{project.pk}/exports/zip.",
            )
    return bytes(packed)


def _texts(tree: Manifest) -> dict[str, str]:
    small = {path: entry for path, entry in sorted(tree.items()) if entry.size < MOST_FILE}
    some = dict(list(small.items())[:MOST_FILES])
    found = ((file.path, files.text_of(file.content)) for file in files.read_all(some))
    return {path: text for path, text in found if text is not None}


def _folders(tree: Manifest) -> list[str]:
    parents = {"/".join(parts[:depth]) for path in tree if (parts := path.split("/")) for depth in range(1, len(parts))}
    return [".", *(f"./{folder}" for folder in sorted(parents))]


def _about(path: str, text: str) -> dict[str, Any]:
    kind = "style" if path.endswith(".css") else "utility"
    return {"content": text, "type": kind, "path": f"/{path}", "relativePath": path}
