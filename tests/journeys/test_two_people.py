"""Two people at one project see the same page live, whichever web process each of them is connected to."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.installations.balancer import COOKIE
from tests.installations.scaled import Scaled
from tests.installations.visited import Visited
from tests.journeys.conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys"), pytest.mark.timeout(240)]

_INVITE = """
import sys
from django.urls import reverse
from projects.enums import Role
from projects.models import Member, Project, User
from projects.services import accounts
friend = User.objects.create_user(f"friend-of-{sys.argv[1]}@example.org", name="Friend")
Member.objects.create(project=Project.objects.get(slug=sys.argv[1]), user=friend, role=Role.EDITOR)
print(reverse("projects:enter", args=[accounts.sign_in_token(friend)]))
"""


def at(page: Page, installation: Visited, web: int) -> Page:
    """From now on this browser is served by that one of the web processes, as long as it lives."""
    page.context.add_cookies([{"name": COOKIE, "value": str(web), "url": installation.url}])
    return page


def followed(page: Page) -> None:
    expect(page.locator(".wb[data-live-seq]")).to_be_attached(timeout=PATIENCE)


def test_two_people_on_two_web_processes_see_the_same(
    signed_in: Callable[..., Page], stranger: Callable[..., Page], installation: Visited
) -> None:
    owner = at(signed_in(), installation, 0)
    owner.goto(installation.url)
    owner.get_by_label("Your wish").fill("A reading list that looks like my bookshelf")
    owner.get_by_role("button", name="Make it").click()
    owner.wait_for_url("**/p/owner/**")
    slug = owner.url.rstrip("/").rpartition("/")[2].partition("?")[0]
    friend = at(stranger(), installation, 1)
    friend.goto(installation.url + installation.script(_INVITE, slug))
    friend.goto(owner.url)
    followed(owner)
    followed(friend)
    if isinstance(installation, Scaled):
        assert all(installation.balancer.sockets[installation.ports[name]] for name in ("web-1", "web-2"))
    expect(friend.get_by_role("log")).to_contain_text("Version 1", timeout=PATIENCE)
    friend.get_by_role("textbox", name="Message to the agent").fill("Make the header green")
    friend.get_by_role("button", name="Send").click()
    for page in (owner, friend):
        expect(page.get_by_role("log")).to_contain_text(re.compile(r"Friend.*Make the header green", re.DOTALL))
        expect(page.get_by_role("log")).to_contain_text("Version 2", timeout=PATIENCE)
