"""Files that come as a zip: into a project of their own, or into one that is there, as one version.

Everything is read, judged and packed before a row is written; the rest is one transaction.
"""

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Literal, NamedTuple

from django.db import transaction

from projects import errors, feed, storable
from projects.imports.unzip import Archive, Limits
from projects.models import Branch, Project, User, Version
from projects.services import applying, drafts, projects, staging, writing
from projects.services.drafts import Draft
from projects.services.staging import Content, Packed

Mode = Literal["replace", "add"]
LIMITS = Limits(files=applying.MOST_FILES, file=applying.MOST_FILE, total=applying.MOST_TREE)


class Imported(NamedTuple):
    project: Project
    version: Version
    # {name: how many} of what was not taken along.
    left_out: dict[str, int]
    files: int


def make(file: BinaryIO, *, filename: str, by: User, name: str = "") -> Imported:
    """A project of its own, named as the folder in it, or the file itself, unless told."""
    archive, packed = _read(file)
    draft = drafts.draw(None, packed.entries, packed.fresh.values())
    with transaction.atomic():
        project = projects.create(name=name or _name(filename, archive), by=by)
        main = Branch.objects.get(project=project, name="main")
        return _write(main, archive, draft, filename=filename, by=by)


def take(file: BinaryIO, branch: Branch, *, filename: str, mode: Mode, by: User) -> Imported:
    """`replace`: the tree becomes that of the zip. `add`: its files come on top of those that are there."""
    archive, packed = _read(file)

    def plan() -> Draft:
        head_id = writing.head_of(branch)
        gone = applying.tree_of(head_id).keys() - packed.entries.keys() if mode == "replace" else ()
        return drafts.draw(head_id, {**packed.entries, **dict.fromkeys(gone)}, packed.fresh.values())

    write = partial(_write, branch, archive, filename=filename, by=by)
    return writing.settle(branch.project_id, plan=plan, holds=partial(drafts.holds, branch), write=write)


def _read(file: BinaryIO) -> tuple[Archive, Packed]:
    archive = Archive(file, LIMITS)
    return archive, staging.pack(_contents(archive))


def _contents(archive: Archive) -> Iterator[tuple[str, Content]]:
    for path, content, executable in archive.files():
        yield path, Content(content, executable)


def _write(branch: Branch, archive: Archive, draft: Draft, *, filename: str, by: User) -> Imported:
    """Within the caller's transaction."""
    said = f"Imported {shown(filename)}"
    version = drafts.write(branch, draft, by=by, message=said)
    left_out, count = dict(archive.contents.left_out), len(archive.contents.entries)
    payload = {"source": "zip", "said": said, "versions": 1, "files": count, "left_out": left_out}
    feed.record(branch.project, "project_imported", payload, actor=by, branch_id=branch.pk)
    return Imported(branch.project, version, left_out, count)


def shown(filename: str) -> str:
    """What somebody's computer calls a file: its last part, on one line."""
    last = storable.name(filename.replace("\\", "/").rpartition("/")[2])
    return last[:100] or "a zip"


def _name(filename: str, archive: Archive) -> str:
    stem = shown(filename)
    stem = stem[:-4] if stem.lower().endswith(".zip") else stem
    words = storable.name((stem or archive.contents.wrapper).replace("-", " ").replace("_", " "))
    return words[: projects.MOST_NAME] or "Imported"


def mode_of(word: str) -> Mode:
    """As a form or a program says it."""
    if word == "add":
        return "add"
    if word == "replace":
        return "replace"
    raise errors.BadName("An import replaces what is there, or adds to it.")
