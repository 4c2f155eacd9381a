"""A project on its way out: one tree of it as a zip, or every version of it as a git bundle."""

from collections.abc import Iterator
from typing import NamedTuple

from projects import errors
from projects.exports import archive, bundle
from projects.git import repository
from projects.models import Project
from projects.services import applying, branches, files, versions

_MAIN = "main"


class Export(NamedTuple):
    """`pieces` is made while it is sent."""

    name: str
    pieces: Iterator[bytes]
    media_type: str = "application/zip"


def zip_of(project: Project, *, version: int | None = None, branch: str | None = None) -> Export:
    """The same tree gives the same bytes, whoever asks and whenever."""
    if version is not None:
        tree, mark = applying.tree_of(versions.find(project, version).pk), f"-v{version}"
    else:
        tree, mark = files.manifest(branches.find(project, branch or _MAIN)), ""
        if branch and branch != _MAIN:
            mark = "-" + "".join(char if char.isascii() and char.isalnum() else "-" for char in branch)
    return Export(f"{project.slug}{mark}.zip", archive.stream(files.read_all(tree), folder=project.slug))


def bundle_of(project: Project) -> Export:
    """All branches with all they came from, for `git clone name.bundle`."""
    return Export(f"{project.slug}.bundle", _kept(project) or _bundled(project), "application/x-git-bundle")


def _kept(project: Project) -> Iterator[bytes] | None:
    heads = repository.known_heads(project)
    return bundle.kept(repository.folder_of(project.pk), heads) if heads else None


def _bundled(project: Project) -> Iterator[bytes]:
    folder, heads = repository.ready(project)
    if not heads:
        raise errors.Empty("There is no version yet that a bundle could hold.")
    return bundle.write(folder, heads)
