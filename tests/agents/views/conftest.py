"""Browsers of the people of the tests, with and without scripts."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import people as people_of_tests
from tests.people import People

HTMX = {"HX-Request": "true"}


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()


@pytest.fixture
def browser(people: People) -> Callable[[str], Client]:
    """By role; `anonymous` is nobody."""

    def open_as(role: str) -> Client:
        client = Client()
        if role != "anonymous":
            client.force_login(people.by_role(role), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return open_as
