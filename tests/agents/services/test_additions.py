"""Packages by hand: listed once, as one version, and refused where there is no place for them."""

import json

import pytest

from agents.errors import Unfit
from agents.services import additions
from projects.models import Branch, Project, User, Version
from projects.services import files
from sandboxes.models import Sandbox
from tests.agents.engine.whole import tree


@pytest.fixture
def main(project: Project) -> Branch:
    return project.branches.get()


def test_they_are_listed_and_the_box_is_told(project: Project, main: Branch, owner: User):
    files.save(main, "package.json", b'{"dependencies": {"react": "18"}}', by=owner)
    assert additions.add(main, ["react", "zustand@5", "zustand@5"], by=owner) == ["zustand@5"]
    assert json.loads(tree(project)["package.json"])["dependencies"] == {"react": "18", "zustand": "5"}
    assert Version.objects.order_by("number").last().message == "Add zustand@5"  # type: ignore[union-attr]  # it is there, or the test fails
    assert Sandbox.objects.filter(branch=main).exists()
    assert additions.add(main, ["zustand"], by=owner) == []
    assert Version.objects.count() == 2


def test_python_has_a_list_of_its_own(project: Project, main: Branch, owner: User):
    files.save(main, "app.py", b"", by=owner)
    assert additions.add(main, ["flask==3.0"], by=owner) == ["flask==3.0"]
    assert tree(project)["requirements.txt"] == "flask==3.0\n"


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("index.html", b"x", "this kind of app has no packages"),
        ("package.json", b"{", "not valid JSON"),
        ("package.json", b"[]", "not an object"),
    ],
)
def test_what_has_no_place_is_refused(main: Branch, owner: User, path: str, content: bytes, says: str):
    files.save(main, path, content, by=owner)
    with pytest.raises(Unfit, match=says):
        additions.add(main, ["zustand"], by=owner)
    assert (Version.objects.count(), Sandbox.objects.count()) == (1, 0)


def test_a_planned_app_without_its_list_yet_is_refused(project: Project, main: Branch, owner: User):
    Project.objects.update(template="react-vite")
    main.refresh_from_db()
    with pytest.raises(Unfit, match=r"no package\.json yet"):
        additions.add(Branch.objects.get(), ["zustand"], by=owner)
