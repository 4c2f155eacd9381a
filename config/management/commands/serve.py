"""Runs Djinn: web and worker under the supervisor, or one of them alone."""

import os
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.locks import RoleLock, Taken
from config.serve import children, presence
from config.serve.supervisor import PortRefused, Supervisor, listen

PATIENCE = 20.0


class Command(BaseCommand):
    help = "Run Djinn: the web process and the worker under one supervisor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", choices=["all", "web", "worker"], default="all")
        parser.add_argument("--detach", action="store_true", help="start in the background unless it already runs")
        parser.add_argument("--socket", type=int, default=None, help="a listening socket to take over (supervisor)")
        parser.add_argument("--under-supervisor", action="store_true", help="end when standard input closes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = self._serve(**options)
        except (Taken, PortRefused, presence.NotStarted) as refusal:
            raise CommandError(str(refusal), returncode=3) from None
        sys.stdout.flush()
        if options["role"] == "all" or options["detach"]:
            sys.exit(code)
        os._exit(code)  # threads of a pool may still be in a task; the next start goes on from its last step

    def _serve(self, *, role: str, detach: bool, **options: Any) -> int:
        if detach:
            self.stdout.write(presence.start())
            return 0
        if role == "all":
            return Supervisor(on_ready=self._say_ready).run()
        if options["under_supervisor"]:
            children.end_with_the_supervisor()
        lock = RoleLock(role).take(patience=PATIENCE)

        def on_ready() -> None:
            lock.tell(pid=os.getpid(), ready=True)

        if role == "worker":
            from config.serve import worker  # Celery is not for the web process to load

            return worker.run(on_ready=on_ready)
        return _run_web(options["socket"], on_ready)

    def _say_ready(self) -> None:
        self.stdout.write(f"Djinn is ready: {settings.SITE_URL}/")
        self.stdout.flush()


def _run_web(descriptor: int | None, on_ready: Any) -> int:
    from config.asgi import application
    from config.serve.web import WebServer  # chooses Twisted's reactor as it is imported

    listener = listen() if descriptor is None else socket.socket(fileno=descriptor)
    listener.set_inheritable(False)
    WebServer(application, listener=listener, on_ready=on_ready).run()
    return 0
