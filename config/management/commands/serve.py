"""Runs Djinn: all of it under the supervisor, or one process with the roles it is told."""

import os
import socket
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import presence
from config.locks import RoleLock, Taken
from config.management import sealed
from config.serve import children, starting
from config.serve.supervisor import BACKS, FRONTS, PortRefused, Supervisor, listen

PATIENCE = 20.0


class Command(BaseCommand):
    help = "Run Djinn: everything on this machine, or only the roles that are named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "roles",
            nargs="*",
            type=_role,
            metavar="ROLE",
            help="web (the dashboard), edge (the previews), worker (the work) or beat (the clock); none means all",
        )
        parser.add_argument(
            "--queues", type=_queues, default=list(presence.QUEUES), help="what a worker takes, with commas between"
        )
        parser.add_argument("--detach", action="store_true", help="start in the background unless it already runs")
        parser.add_argument("--socket", type=int, default=None, help="a listening socket to take over (supervisor)")
        parser.add_argument("--say-ready", type=int, default=None, help="where to say that it is ready (supervisor)")
        parser.add_argument("--under-supervisor", action="store_true", help="end when standard input closes")

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        if not options["under_supervisor"]:  # which has looked already
            sealed.need_keys()
        roles = options["roles"] or list(presence.ROLES)
        fronts, backs = [r for r in FRONTS if r in roles], [r for r in BACKS if r in roles]
        try:
            code = self._serve(fronts, backs)
        except (Taken, PortRefused, starting.NotStarted) as refusal:
            raise CommandError(str(refusal), returncode=3) from None
        sys.stdout.flush()
        if options["detach"] or (fronts and backs):
            sys.exit(code)
        os._exit(code)  # threads of a pool may still be in a task; the next start goes on from its last step

    def _serve(self, fronts: list[str], backs: list[str]) -> int:
        queues: list[str] = self.options["queues"]
        if self.options["detach"]:
            self.stdout.write(starting.start())
            return 0
        if fronts and backs:
            named = [*backs, "--queues", ",".join(queues)]
            return Supervisor(fronts=fronts, backs=named, on_ready=self._say_ready).run()
        return self._serve_alone(fronts or backs, queues)

    def _serve_alone(self, roles: list[str], queues: list[str]) -> int:
        if self.options["under_supervisor"]:
            children.end_with_the_supervisor()
        else:
            _against_a_server_of_this_home()
        standing = presence.take(*roles, patience=PATIENCE)
        facts = presence.of_this_process(ready=True, url=settings.SITE_URL)
        if presence.WORKER in roles:
            facts["queues"] = queues
        on_ready = partial(self._tell_ready, standing, roles, facts)
        run = _run_front if roles[0] in FRONTS else _run_back
        code = run(roles, queues, self.options["socket"], on_ready)
        standing.leave()
        return code

    def _say_ready(self) -> None:
        self.stdout.write(f"Djinn is ready: {settings.SITE_URL}/")
        self.stdout.flush()

    def _tell_ready(self, standing: presence.Standing, roles: Sequence[str], facts: presence.Facts) -> None:
        standing.tell(**facts)
        if self.options["say_ready"] is not None:
            os.write(self.options["say_ready"], b"!")
        if not self.options["under_supervisor"]:
            self.stdout.write(f"Djinn's {' and '.join(roles)} {'are' if len(roles) > 1 else 'is'} ready.")
            self.stdout.flush()


def _against_a_server_of_this_home() -> None:
    """A supervisor keeps all roles of its home; and boxes live as long as somebody holds this lock."""
    _kept.append(RoleLock(presence.SERVER).share())


_kept: list[RoleLock] = []


def _role(text: str) -> str:
    if text not in presence.ROLES:
        raise ArgumentTypeError(f"{text!r} is no role; there are {', '.join(presence.ROLES)}.")
    return text


def _queues(text: str) -> list[str]:
    wanted = [word for word in text.split(",") if word]
    if not wanted or set(wanted) - set(presence.QUEUES):
        raise ArgumentTypeError(f"{text!r} names other queues than {', '.join(presence.QUEUES)}.")
    return wanted


def _run_front(roles: Sequence[str], queues: Sequence[str], descriptor: int | None, on_ready: Any) -> int:
    from config import asgi
    from config.serve import memory
    from config.serve.web import WebServer  # chooses Twisted's reactor as it is imported

    listener = listen() if descriptor is None else socket.socket(fileno=descriptor)
    listener.set_inheritable(False)
    memory.keep()
    WebServer(asgi.build(*roles), listener=listener, on_ready=on_ready).run()
    return 0


def _run_back(roles: Sequence[str], queues: Sequence[str], descriptor: int | None, on_ready: Any) -> int:
    from config.serve import worker  # Celery is not for the web process to load

    taken = queues if presence.WORKER in roles else ()
    return worker.run(queues=taken, has_clock=presence.BEAT in roles, on_ready=on_ready)
