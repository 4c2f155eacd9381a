import io

import pytest
from django.core.management import CommandError, call_command

from projects import sealing
from projects.models import Secret
from projects.services import sealed
from tests.people import People


@pytest.fixture
def secret(people: People) -> Secret:
    secret = Secret(project=people.project, name="STRIPE_KEY")
    secret.ciphertext = sealing.seal("value", about=sealed.about_secret(secret))
    secret.save()
    return secret


def run() -> str:
    out = io.StringIO()
    call_command("reseal", stdout=out)
    return out.getvalue()


def test_it_says_how_many_and_that_former_keys_can_go(secret: Secret, settings):
    settings.ENCRYPTION_KEY, settings.FORMER_ENCRYPTION_KEYS = "n" * 40, [settings.ENCRYPTION_KEY]
    assert run().splitlines()[0] == "Encrypted anew: 1."
    settings.FORMER_ENCRYPTION_KEYS = []
    sealed.check()
    assert run().splitlines()[0] == "Encrypted anew: 0."


def test_it_fails_naming_what_does_not_open(secret: Secret, settings):
    settings.ENCRYPTION_KEY = "n" * 40
    with pytest.raises(CommandError, match=r"STRIPE_KEY.*key of your backup"):
        run()
