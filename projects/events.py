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


class ChangesetWaiting(TypedDict):
    """Left open by the agent for a person to decide about."""

    changeset: str
    branch: str
    title: str
    author_kind: str
    count: int
    added: int
    removed: int


class ChangesetSuperseded(TypedDict):
    """Another change set took its place."""

    changeset: str
    branch: str
    title: str
    author_kind: str
    successor: str


class VersionRestored(TypedDict):
    """A version was made whose tree is that of an older one."""

    changeset: str
    branch: str
    version: int
    version_id: str
    restored: int
    label: str
    count: int
    added: int
    removed: int


class CheckpointCreated(TypedDict):
    checkpoint: str
    label: str
    version: int


class BranchCreated(TypedDict):
    branch: str
    version: int | None


class BranchDeleted(TypedDict):
    branch: str


class BranchMoved(TypedDict):
    """A head went on to a version that was there already: by a fast-forward merge, or by what was pushed."""

    branch: str
    reason: str
    source: str
    message: str
    version: int
    version_id: str
    files: list[ChangedFile]
    count: int
    added: int
    removed: int


class ProjectImported(TypedDict):
    """What a project, or a version of it, came from: zip, bundle, url or fork. `left_out`: {name: how many}."""

    source: str
    said: str
    versions: int
    files: int
    left_out: dict[str, int]


class RemotePushed(TypedDict):
    """`branches` are those that the remote did not have like this before."""

    remote: str
    name: str
    url: str
    branches: list[str]


class MemberJoined(TypedDict):
    """`name` as everybody may see it, never an address."""

    handle: str
    name: str
    role: str


class MemberChanged(TypedDict):
    handle: str
    name: str
    role: str
    before: str


class MemberLeft(TypedDict):
    """`removed`: somebody else ended it."""

    handle: str
    name: str
    removed: bool


class ProjectRenamed(TypedDict):
    name: str
    before: str


class ProjectArchived(TypedDict):
    name: str


class ProjectTransferred(TypedDict):
    """`owner` and `slug` make its address from now on."""

    name: str
    owner: str
    owner_name: str
    slug: str


_CARD = Fragment(region="chat", key="version-{changeset}", template="events/version_card.html")
_IMPORTED = Fragment(region="chat", key="imported-{seq}", template="events/project_imported.html")
_PEOPLE = Fragment(region="chat", key="people-{seq}", template="events/people_note.html")
_TITLE = Fragment(region="title", key="project-name", template="events/project_name.html")
_MOVED = Fragment(region="chat", key="moved-{seq}", template="events/version_card.html")
_ITEM = Fragment(region="history", key="history-{version}", template="events/history_item.html")

KINDS = (
    # An open change set shows nothing of its own: what is staged is told file by file.
    Kind("changeset_opened", ChangesetOpened),
    Kind("changeset_applied", ChangesetApplied, (_CARD, _ITEM)),
    Kind("changeset_rejected", ChangesetRejected, (_CARD,)),
    Kind("project_imported", ProjectImported, (_IMPORTED,)),
    # The card of the push says it all.
    Kind("remote_pushed", RemotePushed),
    Kind("changeset_waiting", ChangesetWaiting, (_CARD,)),
    Kind("changeset_superseded", ChangesetSuperseded),
    Kind("version_restored", VersionRestored, (_CARD,)),
    Kind("checkpoint_created", CheckpointCreated),
    Kind("branch_created", BranchCreated),
    Kind("branch_deleted", BranchDeleted),
    Kind("member_joined", MemberJoined, (_PEOPLE,)),
    Kind("member_changed", MemberChanged, (_PEOPLE,)),
    Kind("member_left", MemberLeft, (_PEOPLE,)),
    Kind("project_renamed", ProjectRenamed, (_TITLE,)),
    Kind("project_archived", ProjectArchived, (_PEOPLE,)),
    Kind("project_restored", ProjectArchived, (_PEOPLE,)),
    Kind("project_transferred", ProjectTransferred, (_PEOPLE,)),
    Kind("branch_moved", BranchMoved, (_MOVED, _ITEM)),
)
