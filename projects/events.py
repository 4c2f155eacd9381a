"""What an event kind is, and the kinds this app records. `apps.ready` registers them with the feed."""

from dataclasses import dataclass
from typing import Literal, TypedDict


@dataclass(frozen=True, slots=True)
class Fragment:
    """One piece of a page made from an event; `key` is formatted with the payload into the element's id."""

    region: str
    key: str
    template: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: the TypedDict its payload obeys and the fragments it becomes."""

    name: str
    payload: type
    fragments: tuple[Fragment, ...] = ()


class ChangedFile(TypedDict):
    path: str
    change: Literal["added", "changed", "deleted"]
    added: int
    removed: int


class ChangesetOpened(TypedDict):
    changeset: str
    branch: str
    title: str
    author_kind: str


class ChangesetApplied(TypedDict):
    """`files` holds the first few; `count`, `added` and `removed` are about all of them."""

    changeset: str
    branch: str
    title: str
    author_kind: str
    message: str
    version: int
    version_id: str
    files: list[ChangedFile]
    count: int
    added: int
    removed: int


class ChangesetRejected(TypedDict):
    changeset: str
    branch: str
    title: str
    author_kind: str


_CARD = Fragment(region="chat", key="version-{changeset}", template="events/version_card.html")

KINDS = (
    # An open change set shows nothing of its own: what is staged is told file by file.
    Kind("changeset_opened", ChangesetOpened),
    Kind("changeset_applied", ChangesetApplied, (_CARD,)),
    Kind("changeset_rejected", ChangesetRejected, (_CARD,)),
)
