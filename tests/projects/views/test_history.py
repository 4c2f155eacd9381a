import re

import pytest
from django.test import Client

from projects.feed import rendering
from projects.models import Branch, Checkpoint, Event, Version
from projects.services import files, versions
from tests.people import People
from tests.ui import history

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def home(people: People, client: Client) -> str:
    history.make(people)
    client.force_login(people.editor, backend=BACKEND)
    return f"/p/{people.owner.handle}/{people.project.slug}/history/"


def test_a_branch_shows_its_versions_and_labels(people: People, client: Client, home: str):
    page = client.get(home).content.decode()
    assert [f'id="history-{number}"' in page for number in (1, 2, 3, 4)] == [True, True, False, True]
    assert "It works" in page
    assert "owner@example.org" not in page
    other = client.get(f"{home}?branch=ideas/moonlight").content.decode()
    assert 'id="history-3"' in other
    assert client.get(f"{home}?branch=none").status_code == 404


def test_its_cost_does_not_grow_with_its_length(
    people: People, client: Client, home: str, django_assert_max_num_queries
):
    for number in range(20):
        files.save(people.main, "notes.txt", f"{number}\n".encode(), by=people.owner)
    with django_assert_max_num_queries(20):
        client.get(home)


def test_a_new_version_comes_to_the_open_page_as_the_page_would_draw_it(people: People, client: Client, home: str):
    made = files.save(people.main, "notes.txt", b"new\n", by=people.editor)
    event = Event.objects.filter(kind="changeset_applied").order_by("-seq")[0]
    html = rendering.html_of(event)
    assert f'<li id="history-{made.number}" data-into="history" data-branch="main">' in html
    page = client.get(home).content.decode()
    assert _drawn(html, made.number) == _drawn(page, made.number)


def _drawn(html: str, number: int) -> list[str]:
    """The moments of the row and of its event are some microseconds apart."""
    item = html[html.index(f'<li id="history-{number}"') :].partition("</li>")[0]
    return re.sub(r'datetime="[^"]*"', "", item).split()


def test_one_shows_what_it_changed_and_the_way_back(people: People, client: Client, home: str):
    page = client.get(f"{home}1/").content.decode()
    assert "Line 5 of the garden" in page
    assert "Restore into main" in page
    assert 'name="head" value="4"' in page
    assert "Restore into" not in client.get(f"{home}4/").content.decode()
    assert client.get(f"{home}99/").status_code == 404
    client.force_login(people.viewer, backend=BACKEND)
    assert "Restore into" not in client.get(f"{home}1/").content.decode()


def test_restoring_makes_a_version_unless_the_head_moved(people: People, client: Client, home: str):
    client.post(f"{home}1/restore/", {"branch": "main", "head": 4})
    assert sorted(files.manifest(people.main)) == ["index.html"]
    late = client.post(f"{home}2/restore/", {"branch": "main", "head": 4}, follow=True)
    assert "has moved since you looked" in late.content.decode()
    assert Version.objects.count() == 5
    assert client.post(f"{home}2/restore/", {"branch": "main", "head": "x"}).status_code == 404


def test_any_two_are_compared(people: People, client: Client, home: str):
    page = client.get(f"{home}compare/?before=1&after=4").content.decode()
    assert "2 files are different" in page
    assert "Water the night jasmine" in page
    assert client.get(f"{home}compare/?before=0&after=1").status_code == 200
    assert client.get(f"{home}compare/?before=x&after=1").status_code == 404


def test_a_huge_difference_says_that_there_is_more(people: People, client: Client, home: str):
    lines = "".join(f"{number}\n" for number in range(4000)).encode()
    pairs = [(f"many/{number:03}.txt", files.Content(b"x\n")) for number in range(120)]
    files.save_all(people.main, [("a.txt", files.Content(lines)), *pairs], by=people.owner, message="Much")
    page = client.get(f"{home}5/").content.decode()
    assert "There is more of it than is shown here" in page
    assert "21 more files are different" in page
    assert page.count("<tr") < 4000


def test_a_label_is_put_on_and_taken_off(people: People, client: Client, home: str):
    client.post(f"{home}2/label/", {"label": "Before the party"})
    kept = Checkpoint.objects.get(label="Before the party")
    assert kept.version == versions.find(people.project, 2)
    client.post(f"{home}labels/{kept.pk}/remove/")
    assert not Checkpoint.objects.filter(pk=kept.pk).exists()
    refused = client.post(f"{home}2/label/", {"label": " "}, follow=True)
    assert "needs a label" in refused.content.decode()
    assert Branch.objects.count() == 2
