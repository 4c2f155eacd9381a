"""Runs one command in a sandbox's box, for operators: its lines as they come, its exit code as ours."""

import shlex
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sandboxes.errors import SandboxLost
from sandboxes.runtime import asked
from sandboxes.services import sandboxes


class Command(BaseCommand):
    help = "Run one command in the box of a sandbox, which is woken or made for it: sandbox_shell SANDBOX -- ls -l"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sandbox", help="its id, the label of its preview, or owner/project, perhaps with @branch")
        parser.add_argument("argv", nargs="+", help="after --; no shell reads it")
        parser.add_argument("--cwd", default="", help="in this folder of the app")
        parser.add_argument("--timeout", type=float, default=600.0, help="seconds, then it is ended")

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = sandboxes.named(options["sandbox"])
        if sandbox is None:
            raise CommandError(f"There is no sandbox {options['sandbox']!r}.")
        try:
            code = asked.run(
                sandbox,
                options["argv"],
                title=shlex.join(options["argv"]),
                cwd=options["cwd"],
                seconds=options["timeout"],
                say=self.stdout.write,
            )
        except SandboxLost as lost:
            raise CommandError(str(lost)) from lost
        sys.exit(code)
