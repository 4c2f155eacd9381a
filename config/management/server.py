"""For commands whose work is done by the server: there has to be one."""

from django.core.management.base import CommandError, OutputWrapper

from config.serve import starting


def need(out: OutputWrapper) -> None:
    """Start a server when none runs, say so, and leave it up."""
    try:
        if starting.is_ready():
            return
        out.write("No server is running; starting one. It stays up when this is done.")
        out.write(starting.start())
    except starting.NotStarted as sorry:
        raise CommandError(str(sorry)) from sorry
