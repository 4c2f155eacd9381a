"""Writes the generated documents, or checks that they are what the code says."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import documents


class Command(BaseCommand):
    help = "Write docs/ files that are generated from the code; with --check only compare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when a document is stale, write nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if not check:
            for name in documents.write():
                self.stdout.write(f"written: {name}")
        elif stale := documents.stale():
            raise CommandError(f"Stale: {', '.join(stale)}. Run 'make docs'.")
