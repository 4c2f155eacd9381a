"""`manage.py verify_store`: whether every content, tree, head and number is what it should be."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.models import Project
from projects.services import storekeeping


class Command(BaseCommand):
    help = "Check every stored content, version, head and number; print what is wrong and end with 1 if anything is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", help="only this one, as owner/slug")

    def handle(self, *_: Any, **options: Any) -> None:
        faults = storekeeping.verify(_found(options["project"])) if options["project"] else storekeeping.verify_all()
        count = 0
        for fault in faults:
            self.stdout.write(fault)
            count += 1
        if count:
            raise CommandError(f"{count} {'thing is' if count == 1 else 'things are'} wrong.")
        self.stdout.write("Everything is as it should be.")


def _found(name: str) -> Project:
    owner, _, slug = name.partition("/")
    project = Project.objects.select_related("owner").filter(owner__handle=owner, slug=slug).first()
    if project is None:
        raise CommandError(f"There is no project {name}.")
    return project
