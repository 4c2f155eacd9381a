"""Whether the keys are here for what is encrypted, and sealing it anew."""

import pytest

from projects import errors, sealing
from projects.models import Remote, Secret
from projects.services import sealed
from tests.people import People

NEWER = "a newer key, made when the older one was seen by somebody"


@pytest.fixture
def secret(people: People) -> Secret:
    secret = Secret(project=people.project, name="STRIPE_KEY")
    secret.ciphertext = sealing.seal("value", about=sealed.about_secret(secret))
    secret.save()
    return secret


@pytest.fixture
def remote(people: People) -> Remote:
    remote = Remote(project=people.project, url="https://git.example/garden.git")
    remote.ciphertext = sealing.seal("token", about=sealed.about_remote(remote))
    remote.save()
    return remote


def test_with_its_key_all_is_well(secret: Secret, remote: Remote, settings) -> None:
    Remote.objects.create(project=secret.project, name="open", url="https://git.example/open.git")
    sealed.check()
    assert sealed.marks() == {sealing.mark(settings.ENCRYPTION_KEY): 2}


@pytest.mark.django_db
def test_an_empty_database_asks_for_no_key() -> None:
    assert sealed.missing() == []
    sealed.check()


@pytest.mark.parametrize("kind", ["secret", "remote"])
def test_without_its_key_it_is_refused(kind: str, request: pytest.FixtureRequest, settings) -> None:
    request.getfixturevalue(kind)
    settings.ENCRYPTION_KEY = NEWER
    with pytest.raises(errors.MissingKey):
        sealed.check()


def test_one_damaged_text_stops_nobody(secret: Secret) -> None:
    Secret.objects.update(ciphertext="scribble")
    sealed.check()
    assert sealed.marks() == {"": 1}


def test_resealing_needs_the_former_key_only_until_it_is_done(secret: Secret, remote: Remote, settings) -> None:
    updated = secret.updated_at
    settings.ENCRYPTION_KEY, settings.FORMER_ENCRYPTION_KEYS = NEWER, [settings.ENCRYPTION_KEY]
    assert sealed.reseal() == (2, [])
    settings.FORMER_ENCRYPTION_KEYS = []
    secret.refresh_from_db()
    remote.refresh_from_db()
    sealed.check()
    assert sealing.open(secret.ciphertext, about=sealed.about_secret(secret)) == "value"
    assert sealing.open(remote.ciphertext, about=sealed.about_remote(remote)) == "token"
    assert secret.updated_at == updated
    assert sealed.reseal() == (0, [])


def test_what_does_not_open_is_named_and_the_rest_is_done(secret: Secret, remote: Remote, settings) -> None:
    Secret.objects.update(ciphertext=sealing.prefix(settings.ENCRYPTION_KEY) + "AAAA")
    settings.ENCRYPTION_KEY, settings.FORMER_ENCRYPTION_KEYS = NEWER, [settings.ENCRYPTION_KEY]
    done, refused = sealed.reseal()
    assert done == 1
    assert len(refused) == 1
    assert "STRIPE_KEY" in refused[0]
