"""`manage.py create_owner`: the local owner's account and a one-time link to sign in with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from projects.services import accounts


class Command(BaseCommand):
    help = "Make the owner of this installation, if there is none yet, and print a one-time sign-in link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", default=accounts.LOCAL_OWNER)
        parser.add_argument("--name", default="Owner")

    def handle(self, *_: Any, **options: Any) -> None:
        user = accounts.local_owner(email=options["email"], name=options["name"])
        address = reverse("projects:enter", args=[accounts.sign_in_token(user)])
        self.stdout.write(f"{settings.SITE_URL}{address}")
