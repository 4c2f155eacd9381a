"""What `make up` calls: makes the installation ready, runs it, and says where it is."""

import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.urls import reverse

from config import locks
from config.locks import Taken
from config.management import sealed
from config.serve.supervisor import PortRefused, Supervisor
from projects.services import accounts


class Command(BaseCommand):
    help = "Migrate, make the local owner's account, run the server and print the sign-in link."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_SCALED and locks.is_held("server"):
            facts = locks.facts_of("server")
            if facts.get("ready"):  # started in the background, it had nobody to tell
                self._say_link(facts["url"])
            raise CommandError(str(Taken("server", facts)), returncode=3)
        call_command("migrate", verbosity=0, interactive=False)
        sealed.need_keys()
        try:
            code = Supervisor(on_ready=self._say_ready).run()
        except (Taken, PortRefused) as refusal:
            raise CommandError(str(refusal), returncode=3) from None
        sys.exit(code)

    def _say_ready(self) -> None:
        self.stdout.write(f"Djinn is ready: {settings.SITE_URL}/")
        self._say_link(settings.SITE_URL)

    def _say_link(self, site: str) -> None:
        token = accounts.sign_in_token(accounts.local_owner())
        connection.close()
        self.stdout.write(f"Sign in, once, as its owner: {site}{reverse('projects:enter', args=[token])}")
        self.stdout.flush()
