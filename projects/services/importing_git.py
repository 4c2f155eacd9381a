"""A whole repository into a project that is still empty: its branches, and each of its commits as a version.

`read` judges it and keeps its contents, which takes a while and no lock; `bring_in` then writes it in one transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from projects import errors, feed
from projects.errors import BadHistory, Fault
from projects.git import program, quarantine
from projects.git.objects import Malformed
from projects.imports import bundle
from projects.models import Project, User, Version
from projects.services import arriving, branches, writing
from projects.services.arriving import Arrived
from projects.services.writing import Step
from projects.store import branchnames

MAIN = "main"
SECONDS = 60
MOST_BRANCHES = branches.MOST


@dataclass(frozen=True)
class History:
    """`heads`: {branch: commit}; `left_out`: branches with names no project has; `step`: from nothing to `main`."""

    heads: dict[str, str]
    arrived: Arrived
    left_out: tuple[str, ...]
    step: Step


@dataclass(frozen=True)
class Imported:
    branches: int
    versions: int
    left_out: tuple[str, ...]


def read(folder: Path) -> History:
    """A bare repository on this disk, as git left it."""
    with _told():
        quarantine.check_size(folder)
        said = program.run(
            "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", folder=folder, seconds=SECONDS
        )
        # Names may hold what Python takes for the end of a line, and git does not.
        pairs = [line.split(" ", 1) for line in said.decode(errors="replace").split("\n") if line]
        return _history(folder, {ref: oid for oid, ref in pairs}, _default(folder))


@contextmanager
def unbundled(file: BinaryIO) -> Iterator[History]:
    """As `read`, of a bundle that somebody brought."""
    with quarantine.opened() as folder, _told():
        brought = bundle.unpack(file, folder)
        yield _history(folder, brought.heads, brought.default)


def bring_in(project: Project, history: History, *, by: User | None, said: str, source: str = "bundle") -> Imported:
    """All of it or nothing."""
    with transaction.atomic():
        project = writing.lock(project.pk)
        if Version.objects.filter(project=project).exists():
            raise errors.Closed("A repository is imported into an empty project, and this one has versions.")
        ids = arriving.add(project, history.arrived)
        for name, oid in history.heads.items():
            tip = Version.objects.defer("raw_commit").get(pk=ids[oid])
            if name == MAIN:
                to = history.step
                writing.fast_forward(branches.find(project), tip, to, by=by, reason="push", source=said[:100])
            else:
                branches.create(project, name, by=by, at=tip)
        imported = Imported(len(history.heads), len(history.arrived.arrivals), history.left_out)
        _tell(project, imported, by=by, said=said, source=source)
    return imported


def _tell(project: Project, imported: Imported, *, by: User | None, said: str, source: str) -> None:
    payload = {
        "source": source,
        "said": said,
        "versions": imported.versions,
        "files": project.files.count(),
        "left_out": {f"branch {name}": 1 for name in imported.left_out[:20]},
    }
    feed.record(project, "project_imported", payload, actor=by)


def _history(folder: Path, refs: dict[str, str], default: str) -> History:
    named = {ref.removeprefix("refs/heads/"): oid for ref, oid in refs.items() if ref.startswith("refs/heads/")}
    if not named:
        raise BadHistory([Fault("", "There is no branch in this repository")])
    heads, left_out = _fitting(_with_main(named, default))
    arrived = arriving.take_in(folder, dict.fromkeys(heads.values()))
    step = writing.step(None, arriving.tree_of(arrived, heads[MAIN]) or {})
    return History(heads, arrived, tuple(left_out), step)


def _with_main(named: dict[str, str], default: str) -> dict[str, str]:
    """What is checked out by default there is `main` here, unless there is a `main` already; `main` comes first."""
    if MAIN not in named:
        chosen = default if default in named else min(named)
        named = {MAIN: named.pop(chosen), **named}
    return {MAIN: named[MAIN], **named}


def _fitting(named: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    heads: dict[str, str] = {}
    left_out = []
    for name, oid in named.items():
        if len(heads) < MOST_BRANCHES and branchnames.branch_fault(name) is None and not _is_beside(name, heads):
            heads[name] = oid
        else:
            left_out.append(name)
    return heads, left_out


def _is_beside(name: str, heads: dict[str, str]) -> bool:
    return any(other.startswith(f"{name}/") or name.startswith(f"{other}/") for other in heads)


def _default(folder: Path) -> str:
    return (folder / "HEAD").read_text(errors="replace").strip().removeprefix("ref: refs/heads/")


@contextmanager
def _told() -> Iterator[None]:
    """What git could not read is said like everything else that is wrong with it."""
    try:
        yield
    except (Malformed, errors.GitFailed) as wrong:
        raise BadHistory([Fault("", str(wrong).rstrip("."))]) from wrong
