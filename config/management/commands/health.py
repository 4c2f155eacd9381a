"""Says whether this host's process of a role is ready: what a container asks about the one inside it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import presence


class Command(BaseCommand):
    help = "End with 0 when a process of this host plays the role and is ready, else with 1."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", choices=presence.ROLES)

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        try:
            found = presence.ready_here(role)
        except presence.Unknown as unknown:
            raise CommandError(str(unknown)) from None
        if not found:
            raise CommandError(f"No process of this host is ready as {role}.")
        self.stdout.write(f"{role} is ready (process {', '.join(str(facts['pid']) for facts in found)}).")
