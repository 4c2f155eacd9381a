"""`manage.py remove_second_factors`: for somebody who lost their phone, their key and their codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects import origins
from projects.services import accounts, factors


class Command(BaseCommand):
    help = "Take all second factors from an account, so that its password or a link is enough again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="whose")

    def handle(self, *_: Any, email: str, **__: Any) -> None:
        user = accounts.find(email)
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        with origins.entered("command"):
            count = factors.remove(user, by=None)
        self.stdout.write(f"Removed: {count}.")
