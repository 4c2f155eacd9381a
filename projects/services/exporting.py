"""A tree on its way out, whole: of any version, or of a branch as it is now."""

from collections.abc import Iterator
from typing import NamedTuple

from projects import errors
from projects.exports import archive
from projects.models import Branch, Project, Version
from projects.services import applying, files

_MAIN = "main"


class Export(NamedTuple):
    """`pieces` is made while it is sent."""

    name: str
    pieces: Iterator[bytes]


def zip_of(project: Project, *, version: int | None = None, branch: str | None = None) -> Export:
    """The same tree gives the same bytes, whoever asks and whenever."""
    if version is not None:
        found = Version.objects.filter(project=project, number=version).values_list("pk", flat=True).first()
        if found is None:
            raise errors.Missing(f"There is no version {version}.")
        tree, mark = applying.tree_of(found), f"-v{version}"
    else:
        tree, mark = files.manifest(_branch(project, branch or _MAIN)), ""
        if branch and branch != _MAIN:
            mark = "-" + "".join(char if char.isascii() and char.isalnum() else "-" for char in branch)
    name = f"{project.slug}{mark}"
    return Export(f"{name}.zip", archive.stream(files.read_all(tree), folder=project.slug))


def _branch(project: Project, name: str) -> Branch:
    found = project.branches.filter(name=name).first()
    if found is None:
        raise errors.Missing(f"There is no branch {name!r}.")
    return found
