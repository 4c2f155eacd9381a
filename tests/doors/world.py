"""A small world of real rows that every door is tried on."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client

from projects.models import Project, User
from projects.services import accounts, files
from tests import people as people_of_tests
from tests.people import People

BACKEND = "django.contrib.auth.backends.ModelBackend"
PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass
class World:
    people: People
    staff: User
    clients: dict[str, Client]
    # By the name in a route, or by converter and name where one name means two things.
    filling: dict[str, Any] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        return self.people.project

    def user(self, person: str) -> User:
        return self.staff if person == "staff" else self.people.by_role(person)

    def address(self, route: str, fill: dict[str, Any]) -> str:
        """The route with real rows in it."""

        def value(found: "re.Match[str]") -> str:
            both = f"{found[1]}:{found[2]}"
            for name, source in ((found[2], fill), (both, self.filling), (found[2], self.filling)):
                if name in source:
                    return str(source[name](self) if callable(source[name]) else source[name])
            raise KeyError(f"{route}: nothing is known for <{both}>; say it with fill={{{found[2]!r}: …}}")

        return "/" + PLACEHOLDER.sub(value, route)


def make() -> World:
    """A project with one file and its members, a stranger, and somebody of the staff."""
    people = people_of_tests.gather()
    staff = User.objects.create_superuser("staff@example.org", "a good password", name="Staff", handle="staff")
    for member in (people.owner, people.editor, people.viewer, people.stranger):
        accounts.ensure_handle(member)
    files.save(people.main, "index.html", b"<h1>Hello</h1>\n", by=people.owner, expected="")
    world = World(people, staff, {})
    world.clients = {"anonymous": Client(raise_request_exception=False)}
    for person in ("stranger", "viewer", "editor", "owner", "staff"):
        world.clients[person] = _signed_in(world.user(person))
    world.filling = {
        "owner": people.owner.handle,
        "slug:project": people.project.slug,
        "project": people.project.pk,
        "uuid:project": people.project.pk,
        "project_id": people.project.pk,
        "path": "index.html",
        "branch": "main",
        "number": 1,
    }
    return world


def _signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=BACKEND)
    client.post("/accounts/reauthenticate/", {"password": "a good password"})  # what asks for it again is satisfied
    return client


def cookie_of(client: Client) -> str:
    morsel = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return f"{settings.SESSION_COOKIE_NAME}={morsel.value}" if morsel else ""
