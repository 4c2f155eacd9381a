"""Builds the image that boxes of a Docker engine start from."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sandboxes.errors import SandboxLost
from sandboxes.runtime import images


class Command(BaseCommand):
    help = "Build the image that boxes of a Docker engine start from. What was built before is used again."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base", default=settings.SANDBOX_BASE_IMAGE, help="start from this image")
        parser.add_argument("--prune", action="store_true", help="afterwards remove images of other versions")

    def handle(self, *args: Any, **options: Any) -> None:
        base, began = options["base"], time.monotonic()
        try:
            name = images.build(base, self.stdout.write)
            removed = images.prune(base) if options["prune"] else []
        except SandboxLost as failed:
            raise CommandError(str(failed)) from failed
        for old in removed:
            self.stdout.write(f"Removed {old}.")
        self.stdout.write(self.style.SUCCESS(f"{name} is ready after {time.monotonic() - began:.0f} s."))
        if base != settings.SANDBOX_BASE_IMAGE:
            self.stdout.write(f"To have it used, set SANDBOX_BASE_IMAGE={base}.")
