import pytest

from tests import people as people_of_tests
from tests.people import People


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()
