"""Encrypts anew, with the newest key, what older ones have encrypted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.services import sealed


class Command(BaseCommand):
    help = "Encrypt with DJINN_ENCRYPTION_KEY what the keys in DJINN_FORMER_ENCRYPTION_KEYS have encrypted."

    def handle(self, *args: Any, **options: Any) -> None:
        done, refused = sealed.reseal()
        self.stdout.write(f"Encrypted anew: {done}.")
        if refused:
            raise CommandError("\n".join(["This does not open:", *refused]))
        self.stdout.write("The newest key opens everything; former ones are not needed any more.")
