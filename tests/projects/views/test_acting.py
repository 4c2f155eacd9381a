import pytest
from django.contrib.messages import get_messages
from django.http import Http404
from django.test import Client

from projects import errors
from projects.services import versions
from projects.views.acting import found
from tests.people import People


def test_what_an_address_does_not_name_is_not_found(people: People):
    with pytest.raises(Http404):
        found(lambda: versions.find(people.project, 9))


def test_other_refusals_are_no_missing_pages(people: People):
    def refuse() -> None:
        raise errors.Closed("It is closed.")

    with pytest.raises(errors.Closed):
        found(refuse)


def test_a_refusal_is_said_on_the_page_one_comes_to(people: People, client: Client):
    client.force_login(people.owner)
    home = f"/p/{people.owner.handle}/{people.project.slug}/"
    answer = client.post(f"{home}branches/delete/", {"name": "main", "head": 0}, follow=True)
    assert answer.redirect_chain == [(f"{home}branches/", 302)]
    assert ["stays" in str(message) for message in get_messages(answer.wsgi_request)] == [True]
    assert "The branch &#x27;main&#x27; stays" in answer.content.decode()
