import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from projects.services import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def address() -> str:
    return reverse("projects:enter", args=[accounts.sign_in_token(accounts.local_owner())])


def test_a_link_signs_its_owner_in(client: Client, address: str):
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session[SESSION_KEY] == str(accounts.local_owner().pk)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("made_up", [False, True])
def test_a_used_or_made_up_link_leads_to_the_sign_in_page(client: Client, address: str, made_up: bool):
    Client().get(address)
    response = client.get("/enter/nonsense/" if made_up else address)
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/")
    assert SESSION_KEY not in client.session
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "This sign-in link has been used or is too old. Start Djinn again for a new one."
    ]


def test_looking_ahead_does_not_use_it_up(client: Client, address: str):
    assert client.get(address, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 204
    assert client.head(address).status_code == 405
    assert SESSION_KEY not in client.session
    client.get(address)
    assert SESSION_KEY in client.session
