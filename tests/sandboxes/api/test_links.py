"""Links to a preview, over the API."""

import pytest

from projects.services import branches
from sandboxes.models import ShareLink
from sandboxes.services import links
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db


def address(people: People) -> str:
    return f"/projects/{people.project.pk}/share-links"


def test_a_link_is_made_listed_and_taken_back(people: People, program: Programs) -> None:
    editor = program(people.editor)
    made = editor.post(address(people), {"days": 7})
    assert made.status_code == 201
    link, way = made.json()["link"], made.json()["address"]
    assert (link["branch"], link["created_by"], link["visits"], link["last_visited_at"]) == ("main", "Editor", 0, None)
    assert "/__djinn/share?link=" in way
    listed = editor.get(address(people)).json()["items"]
    assert listed == [link]
    assert way.partition("?link=")[2] not in str(listed)
    assert editor.delete(f"{address(people)}/{link['id']}").status_code == 204
    assert editor.get(address(people)).json()["items"] == []
    assert problem(editor.delete(f"{address(people)}/{link['id']}"))["code"] == "not_found"


def test_without_days_it_lasts_until_it_is_taken_back(people: People, program: Programs) -> None:
    assert program(people.owner).post(address(people), {}).json()["link"]["expires_at"] is None


@pytest.mark.parametrize("days", [0, 2, -1, "7", 1.5])
def test_other_times_are_refused(people: People, program: Programs, days: object) -> None:
    refused = program(people.owner).post(address(people), {"days": days})
    assert refused.status_code == 422, refused.content
    assert not ShareLink.objects.exists()


def test_each_branch_has_its_own(people: People, program: Programs) -> None:
    branches.create(people.project, "idea", by=people.owner)
    owner = program(people.owner)
    assert owner.post(f"{address(people)}?branch=idea", {"days": 1}).json()["link"]["branch"] == "idea"
    assert owner.get(address(people)).json()["items"] == []
    assert len(owner.get(f"{address(people)}?branch=idea").json()["items"]) == 1
    assert problem(owner.post(f"{address(people)}?branch=nowhere", {}))["code"] == "not_found"


def test_giving_others_a_way_in_takes_the_scope_for_it(people: People, program: Programs) -> None:
    links.make(people.main, days=1, by=people.owner)
    writer = program(people.owner, "read", "write")
    for answer in (writer.get(address(people)), writer.post(address(people), {})):
        assert problem(answer)["code"] == "scope_missing"
    assert ShareLink.objects.count() == 1


def test_there_may_be_only_so_many(people: People, program: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST", 1)
    owner = program(people.owner)
    owner.post(address(people), {})
    assert owner.post(address(people), {}).status_code == 409
