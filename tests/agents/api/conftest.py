"""People who ask for jobs over the API."""

import pytest

from projects.models import User
from projects.services import tokens
from tests import people as people_of_tests
from tests.agents.conftest import Workers
from tests.people import People
from tests.programs import EVERYTHING, Program, Programs


@pytest.fixture(autouse=True)
def deserted(workers: Workers) -> Workers:
    return workers


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()


@pytest.fixture
def program(db: None) -> Programs:
    """`program(user, "read", …)`: one that has a token of this user with these scopes, or with all."""

    def make(user: User, *scopes: str) -> Program:
        return Program(tokens.create(user=user, name="a program", scopes=scopes or EVERYTHING)[1])

    return make
