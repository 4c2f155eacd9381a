"""What a person's act makes of a branch at once: a change set opened, staged and applied in one go.

Drawn without a lock, with its new contents kept and its lines counted; written by `writing.settle`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from projects import errors
from projects.enums import AuthorKind
from projects.models import Blob, Branch, User, Version
from projects.services import applying, changesets, choosing, staging, writing
from projects.services.applying import Plan
from projects.services.writing import Step
from projects.store import blobs, trees
from projects.store.trees import Entry, Manifest


@dataclass(frozen=True)
class Draft:
    """The tree to be, and the step that leads to it."""

    tree: Manifest
    step: Step


def draw(head_id: UUID | None, entries: Mapping[str, Entry | None], fresh: Iterable[Blob] = ()) -> Draft:
    """What the tree cannot take is refused before a content is kept."""
    head = applying.tree_of(head_id)
    staging.check(entries, head)
    tree = trees.overlay(head, entries)
    applying.check(tree)
    if tree.keys() - head.keys():
        trees.check_tree(tree)
    blobs.keep_all(fresh)
    return Draft(tree, writing.step(head_id, tree))


def holds(branch: Branch, draft: Draft) -> bool:
    return writing.head_of(branch) == draft.step.head_id


def write(branch: Branch, draft: Draft, *, by: User | None, message: str) -> Version:
    """Within a transaction that holds the project's lock, while the draft holds."""
    kind = AuthorKind.USER if by else AuthorKind.SYSTEM
    changeset = changesets.open(branch=branch, author_kind=kind, by=by, title=message)
    staging.put_changes(changeset, draft.step.differences)
    step = draft.step
    plan = Plan(step.head_id, choosing.staged(changeset.pk), draft.tree, step.differences, step.summary)
    version = changesets.write(changeset, plan, by=by, message=message)
    if version is None:
        raise errors.Busy("Others keep changing this project. Please try again.")
    return version
