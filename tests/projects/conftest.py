import pytest

from projects.models import User
from projects.services import tokens
from tests import people as people_of_tests
from tests.people import People
from tests.programs import Program, Programs


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()


@pytest.fixture
def program(db: None) -> Programs:
    """`program(user, "read", …)`: one that has a token of this user with these scopes, or with all."""

    def make(user: User | None = None, *scopes: str) -> Program:
        if user is None:
            return Program(None)
        return Program(tokens.create(user=user, name="a program", scopes=scopes or tokens.SCOPES)[1])

    return make
