"""A project's feed as a stream, from the server as it is started, with a real client."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.installation import Installation, wait_for

MAKE = """
import json
from django.db import transaction
from projects.models import Member, User
from projects.services import projects, tokens
who = User.objects.create_user(f"{sys.argv[1]}@example.org")
other = User.objects.create_user(f"{sys.argv[1]}-other@example.org")
project = projects.create(name="Streams", by=who)
Member.objects.create(project=project, user=other, role="viewer")
print(json.dumps([str(project.pk), tokens.create(user=other, name="t", scopes=["read"])[1]]))
"""
TELL = """
from django.db import transaction
from projects.feed import log
from projects.models import Project
for _ in range(int(sys.argv[2])):
    with transaction.atomic():
        log.record(Project.objects.get(pk=sys.argv[1]), "changeset_opened",
                   {"changeset": "x", "branch": "main", "title": "t" * int(sys.argv[3]), "author_kind": "user"})
"""


class Stream:
    """One open answer; `events` fills while it lasts."""

    def __init__(self, wire: socket.socket) -> None:
        self.wire, self.text, self.is_over = wire, "", False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while piece := self.wire.recv(65536):
                self.text += piece.decode()
        except OSError:
            pass
        self.is_over = True

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line[6:]) for line in self.text.splitlines() if line.startswith('data: {"seq"')]


@pytest.fixture(scope="module")
def made(running: Installation) -> list[str]:
    told: list[str] = json.loads(running.script(f"import sys\n{MAKE}", f"streams-{time.monotonic_ns()}"))
    return told


@contextmanager
def opened(installation: Installation, project: str, token: str, *more: str) -> Iterator[Stream]:
    wire = socket.create_connection(("127.0.0.1", installation.port), timeout=60)
    lines = [
        f"GET /api/v2/projects/{project}/events HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {token}",
        "Accept: text/event-stream",
        "Connection: close",
        *more,
    ]
    wire.sendall("\r\n".join([*lines, "", ""]).encode())
    try:
        yield Stream(wire)
    finally:
        wire.close()


def tell(installation: Installation, project: str, count: int, size: int = 1) -> None:
    installation.script(f"import sys\n{TELL}", project, str(count), str(size))


def test_a_stream_tells_what_was_and_what_comes_and_ends_with_the_right_to_hear_it(
    running: Installation, made: list[str]
) -> None:
    project, token = made
    tell(running, project, 3)
    with opened(running, project, token) as stream:
        wait_for(lambda: len(stream.events()) == 3, seconds=10, what="what happened before")
        assert "Content-Type: text/event-stream" in stream.text
        assert "id: 3\n" in stream.text
        tell(running, project, 2)
        wait_for(lambda: len(stream.events()) == 5, seconds=10, what="what happens now")
        assert [event["seq"] for event in stream.events()] == [1, 2, 3, 4, 5]
        with opened(running, project, token, "Last-Event-ID: 4") as later:
            wait_for(later.events, seconds=10, what="what was missed")
            assert [event["seq"] for event in later.events()] == [5]
        running.script(
            "import sys\nfrom projects.models import Member\n"
            "[m.delete() for m in Member.objects.filter(project=sys.argv[1], role='viewer')]",
            project,
        )
        wait_for(lambda: stream.is_over, seconds=10, what="the end of the stream")
        assert "event: end\n" in stream.text
    with opened(running, project, token) as refused:
        wait_for(lambda: "not_found" in refused.text, seconds=10, what="a refusal")
