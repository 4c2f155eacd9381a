"""What happens below and matters here."""

from typing import Any

from projects.models import Branch, ChangeSet, Project
from sandboxes.services import sandboxes


def on_tree_changed(*, branch: Branch, **_: Any) -> None:
    """The head moved: a box that shows it is brought up to date."""
    sandboxes.request_sync(branch)


def on_changeset_closed(*, changeset: ChangeSet, **_: Any) -> None:
    """It is shown no longer; of a first build all there is to see stays."""
    if changeset.base_id is not None and changeset.branch is not None:
        sandboxes.request_sync(changeset.branch)


def on_restart_wanted(*, project: Project, **_: Any) -> None:
    sandboxes.request_restart(project)
