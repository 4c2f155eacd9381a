"""`manage.py create_token`: a key for a program. It is shown this once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from projects import errors, origins
from projects.services import accounts, tokens

MOST_DAYS = 36_500


class Command(BaseCommand):
    help = "Make an API token and print its secret, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the token is for")
        parser.add_argument("--email", default=accounts.LOCAL_OWNER, help="whose token (default: the local owner's)")
        parser.add_argument(
            "--scope",
            action="append",
            choices=tokens.SCOPES,
            help="may be given more than once; default: read and write",
        )
        parser.add_argument("--days", type=int, help="how long it works; default: for ever")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["days"] is not None and not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"--days must be between 1 and {MOST_DAYS:,}; without it a token works for ever.")
        user = accounts.find(options["email"])
        if user is None and options["email"] == accounts.LOCAL_OWNER:
            user = accounts.local_owner()
        if user is None:
            raise CommandError(f"Nobody here has the address {options['email']}.")
        expires_at = timezone.now() + timedelta(days=options["days"]) if options["days"] else None
        scopes = options["scope"] or tokens.USUAL
        try:
            with origins.entered("command"):
                secret = tokens.create(user=user, name=options["name"], scopes=scopes, expires_at=expires_at)[1]
        except errors.Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(secret)
