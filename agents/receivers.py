"""What happens below and matters here."""

import logging
from typing import Any

from agents.errors import NotPossible
from agents.services import chores
from projects.models import Branch, Project

log = logging.getLogger(__name__)


def on_tree_changed(*, project: Project, branch: Branch, **_: Any) -> None:
    """`main` has a new version: remotes that follow it are pushed to. A version is made whatever becomes of that."""
    if branch.name != "main":
        return
    try:
        chores.push_by_itself(project)
    except NotPossible as refusal:
        log.info("Nothing was pushed by itself: %s", refusal)
