"""Reading trees, and a person's single edit: open, stage and apply in one transaction."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db import transaction

from projects import errors
from projects.enums import AuthorKind
from projects.models import Branch, ChangeSet, User, Version
from projects.services import applying, changesets
from projects.store import blobs, diffs, trees
from projects.store.trees import Manifest


class File(NamedTuple):
    path: str
    content: bytes
    executable: bool


def manifest(branch: Branch) -> Manifest:
    """The tree of the branch's head, read afresh."""
    return applying.tree_of(Branch.objects.values_list("head_id", flat=True).get(pk=branch.pk))


def working_manifest(changeset: ChangeSet) -> Manifest:
    """The tree as the change set's author sees it."""
    return changesets.working_manifest(changeset)


def base_manifest(changeset: ChangeSet) -> Manifest:
    """The tree the change set was begun over."""
    return applying.tree_of(changeset.base_id)


def read(manifest: Manifest, path: str) -> bytes:
    entry = manifest.get(path)
    if entry is None:
        raise errors.MissingFile(path)
    return blobs.get(entry.sha256)


def read_all(manifest: Manifest) -> Iterator[File]:
    """Every file in order, a few at a time in memory."""
    paths = sorted(manifest)
    contents = blobs.get_many(manifest[path].sha256 for path in paths)
    for path, (_, content) in zip(paths, contents, strict=True):
        yield File(path, content, manifest[path].executable)


def tree_hash(manifest: Manifest) -> str:
    return trees.tree_hash(manifest)


def text_of(content: bytes) -> str | None:
    """The text, or None if these bytes are not text."""
    return diffs.text_of(content)


def count_lines(text: str | None) -> int:
    return len(diffs.lines_of(text or ""))


def save(branch: Branch, path: str, content: bytes, *, by: User, executable: bool | None = None) -> Version:
    """One person's edit of one file; whether it may be executed stays as it was unless said."""
    if executable is None:
        entry = manifest(branch).get(path)
        executable = entry is not None and entry.executable
    return _edit(branch, path, content, by=by, executable=executable, message=f"Edit {path}")


def delete(branch: Branch, path: str, *, by: User) -> Version:
    return _edit(branch, path, None, by=by, executable=False, message=f"Delete {path}")


def _edit(branch: Branch, path: str, content: bytes | None, *, by: User, executable: bool, message: str) -> Version:
    with transaction.atomic():
        changeset = changesets.open(branch=branch, author_kind=AuthorKind.USER, by=by, title=message)
        changesets.stage(changeset, path, content, executable=executable)
        return changesets.apply(changeset, by=by, message=message)
