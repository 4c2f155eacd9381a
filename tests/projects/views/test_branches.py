import pytest
from django.test import Client

from projects.models import Branch, ChangeSet
from projects.services import branches, files
from tests.people import People
from tests.ui import history

BACKEND = "django.contrib.auth.backends.ModelBackend"
BOTH = {"source": "ideas/moonlight", "into": "main"}


def head(people: People, name: str) -> int:
    return branches.number_of(branches.find(people.project, name)) or 0


def seen(people: People) -> dict[str, object]:
    return {**BOTH, "head": head(people, "main"), "source_head": head(people, "ideas/moonlight")}


@pytest.fixture
def home(people: People, client: Client) -> str:
    history.make(people)
    client.force_login(people.editor, backend=BACKEND)
    return f"/p/{people.owner.handle}/{people.project.slug}/branches/"


def test_the_list_says_how_far_apart_they_are(people: People, client: Client, home: str):
    page = client.get(home).content.decode()
    assert "1 ahead of main, 1 behind" in page
    assert page.count(">Delete<") == 1
    client.force_login(people.viewer, backend=BACKEND)
    assert ">Delete<" not in client.get(home).content.decode()


def test_one_is_begun_or_refused_at_its_field(people: People, client: Client, home: str):
    assert client.post(home, {"name": "older", "version": "1"}).status_code == 302
    assert sorted(files.manifest(branches.find(people.project, "older"))) == ["index.html"]
    for body, said in (
        ({"name": "a b"}, "or a space"),
        ({"name": "older"}, "already"),
        ({"name": "new", "version": "99"}, "no version 99"),
        ({"name": ""}, "needs a name"),
    ):
        refused = client.post(home, body)
        assert refused.status_code == 422
        assert said in refused.content.decode()
    client.force_login(people.viewer, backend=BACKEND)
    assert client.post(home, {"name": "mine"}).status_code == 403


def test_what_merging_would_bring_is_shown_and_brought(people: People, client: Client, home: str):
    page = client.get(f"{home}compare/", BOTH).content.decode()
    assert "moon.css" in page
    assert "notes.txt" not in page
    client.post(f"{home}merge/", seen(people))
    assert "moon.css" in files.manifest(people.main)
    again = client.post(f"{home}merge/", seen(people), follow=True).content.decode()
    assert "has everything of" in again
    assert (
        client.post(f"{home}merge/", {"source": "none", "into": "main", "head": 1, "source_head": 1}).status_code == 404
    )
    assert client.post(f"{home}merge/", {}).status_code == 404


def test_after_a_conflict_one_is_led_to_where_it_is_resolved(people: People, client: Client, home: str):
    files.save(branches.find(people.project, "ideas/moonlight"), "notes.txt", b"Other notes.\n", by=people.editor)
    answer = client.post(f"{home}merge/", seen(people))
    waiting = ChangeSet.objects.get(state="open")
    assert answer.headers["Location"].endswith(f"/changes/{waiting.pk}/")
    assert "The two sides cannot be joined" in client.get(answer.headers["Location"]).content.decode()


def test_one_is_deleted_and_main_is_not(people: People, client: Client, home: str):
    client.post(f"{home}delete/", {"name": "ideas/moonlight", "head": head(people, "ideas/moonlight")})
    client.post(f"{home}delete/", {"name": "main", "head": head(people, "main")})
    assert [branch.name for branch in Branch.objects.all()] == ["main"]


def test_the_page_says_which_heads_it_showed(people: People, client: Client, home: str):
    moonlight = branches.find(people.project, "ideas/moonlight")
    shown, late = head(people, "main"), {"name": moonlight.name, "head": head(people, moonlight.name)}
    hidden = (("head", shown), ("source_head", late["head"]))
    fields = "".join(f'<input type="hidden" name="{name}" value="{number}">' for name, number in hidden)
    for page in (client.get(home), client.get(f"{home}compare/", BOTH)):
        assert f'name="into" value="main">{fields}' in page.content.decode()
    files.save(people.main, "more.txt", b"more\n", by=people.owner)
    files.save(moonlight, "more.css", b"more\n", by=people.owner)
    for moved in ({"head": shown}, {"source_head": late["head"]}):
        refused = client.post(f"{home}merge/", {**seen(people), **moved}, follow=True).content.decode()
        assert "has moved since you looked" in refused
    assert "has moved since you looked" in client.post(f"{home}delete/", late, follow=True).content.decode()
    assert "moon.css" not in files.manifest(people.main)
    assert client.post(f"{home}delete/", {"name": moonlight.name}).status_code == 404
