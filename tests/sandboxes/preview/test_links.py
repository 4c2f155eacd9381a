"""What somebody sees who has nothing but a link."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.enums import Role
from projects.models import Member, User
from projects.services import branches, members, projects
from projects.threads import in_thread
from sandboxes.models import Sandbox, ShareLink, addresses
from sandboxes.preview import cookies, links, staying, targets
from sandboxes.preview.passes import Guest
from sandboxes.runtime import waking
from sandboxes.services import links as services
from sandboxes.services.links import Shared
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor, cookie_of, socket
from tests.sandboxes.preview.test_entrance import cookies_of, garden, seen_with

__all__ = ["garden"]

Share = Callable[[Sandbox], Shared]


@pytest.fixture
def bob(alice: User) -> User:
    return User.objects.create_user("bob@example.com", name="Bob")


def shared(sandbox: Sandbox, *, days: int | None = 7, by: User | None = None) -> Shared:
    return services.make(sandbox.branch, days=days, by=by or sandbox.project.owner)


def path_of(sandbox: Sandbox, offer: Shared) -> str:
    return offer.address.removeprefix(addresses.url(sandbox.label).rstrip("/"))


def opened(visitor: Visitor, sandbox: Sandbox, offer: Shared, more: str = "") -> str:
    """The cookie of whoever opens the link."""
    answer = visitor.stranger("GET", sandbox, path_of(sandbox, offer) + more)
    assert answer.status_code == 303, answer.text
    return f"{cookies.PLAIN}={cookies_of(answer)[cookies.PLAIN]}"


def ended(visitor: Visitor, sandbox: Sandbox, offer: Shared, cookie: str) -> bool:
    """Both for who came by it before, and for who comes now."""
    before = visitor.stranger("GET", sandbox, headers={"cookie": cookie})
    now = visitor.stranger("GET", sandbox, path_of(sandbox, offer))
    pages = [before.text, now.text]
    assert (before.status_code == 403) == (now.status_code == 403)
    return before.status_code == 403 and all("This link has ended" in page for page in pages)


def test_whoever_opens_a_link_sees_the_app_of_that_branch_alone(visitor: Visitor, garden: Sandbox) -> None:
    offer = shared(garden)
    assert opened(visitor, garden, offer, "&to=/about/") is not None
    cookie = opened(visitor, garden, offer)
    assert visitor.stranger("GET", garden, headers={"cookie": cookie}).text == apps.STATIC["index.html"]
    branches.create(garden.project, "idea", by=garden.project.owner)
    other = shared(type(garden)(branch=branches.find(garden.project, "idea"), project=garden.project)).link.sandbox
    assert seen_with(visitor, other, cookie) == 403
    assert visitor.stranger("GET", other, path_of(garden, offer)).status_code == 403
    forged = cookie_of(other, Guest(link=offer.link.pk))
    assert seen_with(visitor, other, forged) == 403


def test_it_leads_to_a_page_of_the_app_and_never_elsewhere(visitor: Visitor, garden: Sandbox) -> None:
    place = path_of(garden, shared(garden))
    for to, led in (("", "/"), ("&to=/about/%3Fa=1", "/about/?a=1"), ("&to=//evil.test", "/evil.test")):
        assert visitor.stranger("GET", garden, place + to).headers["location"] == led


def test_a_link_that_was_taken_back_is_over(visitor: Visitor, garden: Sandbox) -> None:
    offer = shared(garden)
    cookie = opened(visitor, garden, offer)
    assert not ended(visitor, garden, offer, cookie)
    services.revoke(offer.link, by=garden.project.owner)
    assert ended(visitor, garden, offer, cookie)


def test_a_link_whose_time_is_over_is_over(visitor: Visitor, garden: Sandbox) -> None:
    offer, endless = shared(garden, days=1), shared(garden, days=None)
    cookie = opened(visitor, garden, offer)
    ShareLink.objects.filter(pk=offer.link.pk).update(expires_at=timezone.now() + timedelta(minutes=1))
    assert not ended(visitor, garden, offer, cookie)
    ShareLink.objects.filter(pk=offer.link.pk).update(expires_at=timezone.now())
    assert ended(visitor, garden, offer, cookie)
    assert not ended(visitor, garden, endless, opened(visitor, garden, endless))


def test_who_leaves_keeps_no_way_in_by_a_link_of_their_own(visitor: Visitor, garden: Sandbox, bob: User) -> None:
    Member.objects.create(project=garden.project, user=bob, role=Role.EDITOR)
    offer = shared(garden, by=bob)
    cookie = opened(visitor, garden, offer)
    members.leave(garden.project, by=bob)
    assert ended(visitor, garden, offer, cookie)


def test_a_deleted_or_archived_project_has_no_links(visitor: Visitor, garden: Sandbox) -> None:
    offer = shared(garden)
    cookie = opened(visitor, garden, offer)
    projects.archive(garden.project, by=garden.project.owner)
    assert seen_with(visitor, garden, cookie) == 404
    assert visitor.stranger("GET", garden, path_of(garden, offer)).status_code == 403
    projects.unarchive(garden.project, by=garden.project.owner)
    assert seen_with(visitor, garden, cookie) == 200
    projects.delete(garden.project, by=garden.project.owner)
    assert seen_with(visitor, garden, cookie) == 404
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("secret", ["", "x", "%00", "%C3%A9", "a" * 5000, "&", "&" * 50, "'; drop table x"])
def test_made_up_links_lead_nowhere(visitor: Visitor, garden: Sandbox, secret: str) -> None:
    shared(garden)
    answer = visitor.stranger("GET", garden, f"/__djinn/share?link={secret}")
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_looking_ahead_opens_nothing(visitor: Visitor, garden: Sandbox) -> None:
    place = path_of(garden, shared(garden))
    assert visitor.stranger("GET", garden, place, headers={"sec-purpose": "prefetch"}).status_code == 204
    assert visitor.stranger("HEAD", garden, place).status_code == 405
    assert ShareLink.objects.get().visits == 0


def test_a_sleeping_app_is_woken_by_whoever_has_a_link(visitor: Visitor, make_app: MakeApp) -> None:
    shelf = make_app(apps.FLASK)
    cookie = opened(visitor, shelf, shared(shelf))
    assert visitor.woken == []
    answer = visitor.stranger("GET", shelf, headers={"cookie": cookie})
    assert (answer.status_code, "Waking the app" in answer.text) == (503, True)
    assert [woken.pk for woken in visitor.woken] == [shelf.pk]


def test_a_request_by_a_link_asks_the_database_nothing_more(visitor: Visitor, garden: Sandbox) -> None:
    link = shared(garden).link
    counted = []
    for guest in (Guest(user=garden.project.owner_id), Guest(link=link.pk)):
        with CaptureQueriesContext(connection) as queries:
            assert targets._load(garden.label, guest) is not None
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_visits_are_counted_and_not_one_write_each(
    visitor: Visitor, garden: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "EVERY", 0.5)
    offer, writes = shared(garden), []
    add = links._add

    def counted(link: object, count: int) -> None:
        writes.append(count)
        add(offer.link.pk, count)

    monkeypatch.setattr(links, "_add", counted)
    before = timezone.now()
    for _ in range(5):
        cookie = opened(visitor, garden, offer)
        seen_with(visitor, garden, cookie)

    async def written() -> None:
        async with asyncio.timeout(20):
            while sum(writes) < 5:
                await asyncio.sleep(0.05)
            await asyncio.gather(*links._writing)

    visitor.run(written())
    row = ShareLink.objects.get()
    assert (row.visits, writes[0], len(writes) < 5) == (5, 1, True)
    assert row.last_visited_at is not None
    assert row.last_visited_at >= before


@pytest.mark.box
def test_a_socket_by_a_link_is_closed_when_it_is_taken_back(
    visitor: Visitor, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staying, "EVERY", 0.2)
    monkeypatch.setattr(staying, "_SHARED", 0.1)
    tally = make_app(apps.REACT)
    waking.wake(str(tally.pk))
    offer = shared(tally)
    owner, cookie = tally.project.owner, opened(visitor, tally, offer)
    token = visitor.get(tally, "/@vite/client").text.split('wsToken = "', 1)[1].split('"', 1)[0]

    async def watch() -> int:
        page = socket(tally, f"/?token={token}", "vite-hmr", cookie=cookie)
        assert await page.connect(15) == (True, "vite-hmr")
        await page.receive_output(15)
        await in_thread(services.revoke, offer.link, by=owner)
        return int((await page.receive_output(15))["code"])

    assert visitor.run(watch()) == staying.ENDED
