"""What happens below and matters here."""

from typing import Any

from projects.models import Branch
from sandboxes.services import sandboxes


def on_tree_changed(*, branch: Branch, **_: Any) -> None:
    """The head moved: a box that shows it is brought up to date."""
    sandboxes.request_sync(branch)
