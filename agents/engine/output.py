"""What commands print: shown live as hints, quoted when they fail."""

import uuid

from agents.engine.context import Context
from projects import feed
from sandboxes.models import Command

_TAIL = 1500


def hint(context: Context, command: uuid.UUID, text: str) -> None:
    feed.hint(context.project.pk, "log_line", {"command": str(command), "text": text})


def complaint(what: str, command: Command) -> str:
    return f"{what} (exit code {command.exit_code}).\n\n{command.output[-_TAIL:]}"
