import io

import pytest
from django.core.management import CommandError, call_command

from projects.models import ApiToken, User
from projects.services import tokens

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("create_token", *arguments, stdout=out)
    return out.getvalue().strip()


def test_it_prints_a_secret_that_works():
    user = tokens.authenticate(run("my script"))
    assert user is not None
    assert user.email == "owner@localhost"
    token = ApiToken.objects.get()
    assert (token.name, token.scopes, token.expires_at) == ("my script", ["read", "write"], None)


def test_it_makes_one_for_somebody_else_with_less():
    user = User.objects.create_user("ada@example.org")
    secret = run("x", "--email", "ADA@example.org", "--scope", "read", "--days", "3")
    assert tokens.authenticate(secret) == user
    token = ApiToken.objects.get()
    assert token.scopes == ["read"]
    assert token.expires_at is not None
    assert (token.expires_at - token.created_at).days in {2, 3}


@pytest.mark.parametrize("arguments", [["x", "--email", "nobody@example.org"], [" "]])
def test_it_refuses_plainly_and_without_a_trace(arguments: list[str]):
    with pytest.raises(CommandError):
        run(*arguments)
    assert not ApiToken.objects.exists()
