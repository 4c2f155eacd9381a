"""Versions, checkpoints, branches and what lies between two trees, as the API takes and gives them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from projects.enums import AuthorKind
from projects.models import Branch, Checkpoint, Version
from projects.rest import In, Int, Out, Text
from projects.services.checkpoints import MOST_LABEL
from projects.store import branchnames

MOST_NUMBER = 2**31 - 1


class VersionOut(Out):
    """`parents` in order: the head it followed, then what was merged into it."""

    number: int
    message: str
    author: str
    author_kind: AuthorKind
    parents: list[int]
    labels: list[str]
    tree_hash: str
    job: UUID | None
    created_at: datetime

    @staticmethod
    def resolve_author(version: Version, context: Any) -> str:
        return author_of(version)

    @staticmethod
    def resolve_parents(version: Version, context: Any) -> list[int]:
        return version.origins

    @staticmethod
    def resolve_labels(version: Version, context: Any) -> list[str]:
        return [checkpoint.label for checkpoint in version.labelled]

    @staticmethod
    def resolve_job(version: Version, context: Any) -> UUID | None:
        return version.job_ref


def author_of(version: Version) -> str:
    """The name alone: addresses are for git."""
    return version.author_line.rpartition(" <")[0] or version.author_line


class TreeFileOut(Out):
    path: str
    sha256: str
    size: int
    executable: bool


class OfBranch(In):
    branch: str | None = Text(None, least=1, most=branchnames.MOST, description="Only what its head came from.")


class Between(In):
    before: int = Int(least=0, most=MOST_NUMBER, description="The number of a version; 0 is before the first.")
    after: int = Int(least=0, most=MOST_NUMBER)


class ChangedFileOut(Out):
    """`similarity` in percent, of a renamed file. Lines that were not counted, for there are too many, are 0."""

    path: str
    old_path: str
    status: Literal["added", "changed", "deleted", "renamed"]
    similarity: int | None
    added: int
    removed: int
    is_binary: bool
    is_long: bool


class ComparisonOut(Out):
    files: list[ChangedFileOut]
    added: int
    removed: int


class RestoreIn(In):
    """`head` is the number of the branch's newest version as you saw it; another one now is 412."""

    branch: str = Text("main", least=1, most=branchnames.MOST)
    head: int = Int(least=1, most=MOST_NUMBER)


class CheckpointIn(In):
    label: str = Text(least=1, most=MOST_LABEL)
    version: int = Int(least=1, most=MOST_NUMBER)


class CheckpointPatch(In):
    label: str = Text(least=1, most=MOST_LABEL)


class CheckpointOut(Out):
    """`session` and `message` say where in which conversation it was made."""

    id: UUID
    label: str
    version: int
    session: UUID | None
    message: UUID | None
    created_by: str | None
    created_at: datetime

    @staticmethod
    def resolve_session(checkpoint: Checkpoint, context: Any) -> UUID | None:
        return checkpoint.session_ref

    @staticmethod
    def resolve_message(checkpoint: Checkpoint, context: Any) -> UUID | None:
        return checkpoint.message_ref

    @staticmethod
    def resolve_version(checkpoint: Checkpoint, context: Any) -> int:
        return checkpoint.version.number

    @staticmethod
    def resolve_created_by(checkpoint: Checkpoint, context: Any) -> str | None:
        return checkpoint.created_by.get_short_name() if checkpoint.created_by else None


class BranchIn(In):
    """Without a version it begins where `main` is."""

    name: str = Text(least=1, most=branchnames.MOST)
    version: int | None = Int(None, least=1, most=MOST_NUMBER)


class BranchOut(Out):
    """`ahead` and `behind` are counted in versions beside `main`."""

    name: str
    head: int | None
    ahead: int
    behind: int
    created_at: datetime


class SeenHead(In):
    head: int = Int(
        least=0,
        most=MOST_NUMBER,
        description="The number of the branch's newest version as you saw it, 0 for none; another one now is 412.",
    )


class MergeIn(In):
    """`head` is the number of the newest version of `into` as you saw it, 0 if it had none, and `source_head` that of
    `source`; another one now is 412."""

    source: str = Text(least=1, most=branchnames.MOST)
    into: str = Text("main", least=1, most=branchnames.MOST)
    head: int = Int(least=0, most=MOST_NUMBER)
    source_head: int = Int(least=0, most=MOST_NUMBER)
    message: str = Text("", most=2000)


class MergeQuery(In):
    source: str = Text(least=1, most=branchnames.MOST)
    into: str = Text("main", least=1, most=branchnames.MOST)


def head_of(branch: Branch) -> int | None:
    return branch.head.number if branch.head else None
