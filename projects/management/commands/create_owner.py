"""`manage.py create_owner`: the local owner's account and a one-time link to sign in with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from projects.models import User
from projects.services import accounts

MOST_NAME = 80


class Command(BaseCommand):
    help = "Make the owner of this installation, if there is none yet, and print a one-time sign-in link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", default=accounts.LOCAL_OWNER)
        parser.add_argument("--name", default="Owner")

    def handle(self, *_: Any, **options: Any) -> None:
        _check(options["email"], options["name"])
        user = accounts.local_owner(email=options["email"], name=options["name"])
        address = reverse("projects:enter", args=[accounts.sign_in_token(user)])
        self.stdout.write(f"{settings.SITE_URL}{address}")


def _check(email: str, name: str) -> None:
    """What a form would ask of them; the local owner's own address has no domain and is fine."""
    if len(name) > MOST_NAME:
        raise CommandError(f"A name has at most {MOST_NAME} characters.")
    try:
        if email != accounts.LOCAL_OWNER:
            User._meta.get_field("email").run_validators(email)
    except ValidationError:
        raise CommandError(f"{email} is no e-mail address.") from None
