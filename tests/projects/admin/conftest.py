import pytest
from django.test import Client

from projects.models import User
from tests.people import People

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def staff(people: People) -> User:
    return User.objects.create_superuser("staff@example.org", "a good password", name="Staff")


@pytest.fixture
def operator(staff: User) -> Client:
    client = Client()
    client.force_login(staff, backend=BACKEND)
    return client
