"""Since when an app has each of its packages."""

import json
import uuid

import pytest
from django.core.cache import cache

from projects.enums import AuthorKind
from projects.models import Branch, User
from projects.services import branches, changesets, projects, versions
from sandboxes import stacks
from sandboxes.services import additions
from tests.sandboxes.conftest import apply


@pytest.fixture
def main(alice: User) -> Branch:
    return Branch.objects.get(project=projects.create(name="An app", by=alice))


def listed(*names: str) -> dict[str, str | bytes | None]:
    return {"package.json": json.dumps({"dependencies": dict.fromkeys(names, "1")})}


def since(branch: Branch, *names: str) -> dict[str, int]:
    found = additions.since(Branch.objects.get(pk=branch.pk), stacks.REACT_VITE, names)
    return {name: one.version for name, one in found.items()}


def test_each_package_is_known_by_the_version_that_brought_it(main: Branch) -> None:
    assert since(main, "react") == {}
    apply(main, {"index.html": "x"})
    apply(main, listed("react"))
    apply(main, listed("react", "zod"))
    apply(main, {"src/App.tsx": "x"})
    assert since(main, "react", "zod", "other") == {"react": 2, "zod": 3}


def test_one_that_was_gone_counts_from_when_it_came_back(main: Branch) -> None:
    for names in (["react", "zod"], ["react"], ["react", "zod"]):
        apply(main, listed(*names))
    assert since(main, "react", "zod") == {"react": 1, "zod": 3}


def test_a_list_that_cannot_be_read_in_between_takes_nothing_away(main: Branch) -> None:
    for content in (listed("react"), {"package.json": "{"}, listed("react", "zod")):
        apply(main, content)
    assert since(main, "react", "zod") == {"react": 1, "zod": 3}


def test_the_job_that_brought_it_is_named(main: Branch) -> None:
    job = uuid.uuid4()
    changeset = changesets.open(branch=main, author_kind=AuthorKind.AGENT, job_ref=job)
    changesets.stage(changeset, "package.json", b'{"dependencies": {"zod": "4"}}')
    version = changesets.apply(changeset, message="With zod")
    [found] = additions.since(Branch.objects.get(pk=main.pk), stacks.REACT_VITE, ["zod"]).values()
    assert (found.version, found.job, found.at) == (version.number, job, version.created_at)


def test_a_branch_goes_by_its_own_history(main: Branch, alice: User) -> None:
    apply(main, listed("react"))
    idea = branches.create(main.project, "idea", by=alice, at=versions.find(main.project, 1))
    apply(main, listed("react", "zod"))
    apply(idea, listed("react", "clsx"))
    assert since(idea, "react", "zod", "clsx") == {"react": 1, "clsx": 3}
    assert since(main, "react", "zod", "clsx") == {"react": 1, "zod": 2}


def test_of_a_history_that_is_too_long_only_the_near_is_told(main: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(additions, "MOST_VERSIONS", 3)
    apply(main, listed("react"))
    for number in range(4):
        apply(main, {"a.txt": str(number)})
    apply(main, listed("react", "zod"))
    assert since(main, "react", "zod") == {"zod": 6}


def test_it_is_looked_through_once_and_told_the_same(main: Branch, django_assert_max_num_queries) -> None:
    apply(main, listed("react"))
    first = since(main, "react")
    with django_assert_max_num_queries(4):
        assert since(main, "react") == first
    cache.clear()
    assert since(main, "react") == first
