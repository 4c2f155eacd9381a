"""What happens below and matters here."""

from typing import Any

from projects.models import Branch, Project
from sandboxes.services import sandboxes


def on_tree_changed(*, branch: Branch, **_: Any) -> None:
    """The head moved: a box that shows it is brought up to date."""
    sandboxes.request_sync(branch)


def on_restart_wanted(*, project: Project, **_: Any) -> None:
    sandboxes.request_restart(project)
