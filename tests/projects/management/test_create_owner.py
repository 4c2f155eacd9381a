import io

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from projects.models import User

pytestmark = pytest.mark.django_db


def test_it_prints_a_link_that_signs_the_owner_in(client: Client):
    out = io.StringIO()
    call_command("create_owner", stdout=out)
    link = out.getvalue().strip()
    assert link.startswith(f"{settings.SITE_URL}/enter/")
    client.get(link.removeprefix(settings.SITE_URL))
    assert client.session["_auth_user_id"] == str(User.objects.get(email="owner@localhost").pk)


def test_run_twice_it_makes_one_owner():
    for _ in range(2):
        call_command("create_owner", "--email", "me@example.org", "--name", "Me", stdout=io.StringIO())
    assert [(user.email, user.name) for user in User.objects.all()] == [("me@example.org", "Me")]
