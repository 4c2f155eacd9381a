"""Packages over the API: listed, added, upgraded, removed, asked about."""

import json
from typing import Any

import pytest
from django.utils import timezone

from agents.models import Job
from projects.models import Branch, Version
from projects.services import files
from sandboxes.models import Command, PackageReport
from sandboxes.services import sandboxes
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db

LIST = b'{"dependencies": {"react": "^19", "@types/node": "22"}, "devDependencies": {"vitest": "3"}}'


@pytest.fixture
def main(people: People) -> Branch:
    files.save(people.main, "package.json", LIST, by=people.owner)
    return people.main


def path(people: People, rest: str = "") -> str:
    return f"/projects/{people.project.pk}/packages{rest}"


def trace() -> Any:
    return Version.objects.count(), Job.objects.count()


def test_what_is_listed_is_told_with_what_is_known_of_it(people: People, program: Programs, main: Branch) -> None:
    sandbox = sandboxes.for_branch(main)
    weak = {"name": "vitest", "severity": "high", "title": "Bad", "url": "", "versions": "<4", "fix": "4.0.0"}
    PackageReport.objects.create(
        sandbox=sandbox, asked_at=timezone.now(), answered_at=timezone.now(), newest={"react": "20.0.0"},
        weaknesses=[weak], problems=["Slow."],
    )  # fmt: skip
    Command.objects.create(
        sandbox=sandbox, kind="install", title="Install zod", state="finished", exit_code=1,
        finished_at=timezone.now(), output="npm error code ERESOLVE",
    )  # fmt: skip
    answer = program(people.viewer, "read").get(path(people))
    told = answer.json()
    assert (told["stack"], told["path"], told["fault"], told["is_locked"]) == ("react-vite", "package.json", "", False)
    assert told["etag"] == answer.headers["ETag"]
    react, node, vitest = told["packages"]
    assert (react["name"], react["wanted"], react["installed"], react["newest"]) == ("react", "^19", "19.3.1", "20.0.0")
    assert (react["is_outdated"], react["is_brought"], react["is_dev"]) == (True, True, False)
    assert (node["name"], node["installed"], node["is_brought"]) == ("@types/node", "", False)
    assert (vitest["is_dev"], vitest["since"]["version"], vitest["since"]["job"]) == (True, 1, None)
    assert (told["registry"]["weaknesses"], told["registry"]["problems"]) == ([weak], ["Slow."])
    assert (told["install"]["trouble"], told["install"]["exit_code"]) == ("peer_conflict", 1)
    assert told["install"]["fix"].startswith("Upgrade or remove")


def test_a_long_list_takes_no_more_queries(
    people: People, program: Programs, main: Branch, django_assert_max_num_queries: Any
) -> None:
    many = {"dependencies": {f"p{number}": "1" for number in range(500)}}
    files.save(people.main, "package.json", json.dumps(many).encode(), by=people.owner)
    asks = program(people.viewer)
    with django_assert_max_num_queries(20):
        assert len(asks.get(path(people)).json()["packages"]) == 500


def test_an_app_without_packages_says_so(people: People, program: Programs) -> None:
    told = program(people.viewer).get(path(people)).json()
    assert (told["packages"], told["fault"]) == ([], "This kind of app has no packages.")
    files.save(people.main, "package.json", b"{", by=people.owner)
    assert "not valid JSON" in program(people.viewer).get(path(people)).json()["fault"]


def test_packages_are_added_upgraded_and_removed(people: People, program: Programs, main: Branch) -> None:
    asks = program(people.editor)
    added = asks.post(path(people), {"packages": ["zod@4"], "dev": True})
    job = Job.objects.get()
    assert (added.status_code, added.json()) == (202, {"version": 2, "job": str(job.pk)})
    assert added.headers["Location"] == f"/api/v2/jobs/{job.pk}"
    assert asks.post(path(people), {"packages": ["zod"]}).json() == {"version": None, "job": None}
    assert asks.post(path(people, "/upgrade"), {"packages": ["react@20"]}).json()["version"] == 3
    assert asks.delete(path(people, "/@types/node")).json()["version"] == 4
    found = {one["name"]: one["wanted"] for one in asks.get(path(people)).json()["packages"]}
    assert found == {"react": "20", "vitest": "3", "zod": "4"}


def test_of_a_branch_of_its_own(people: People, program: Programs, main: Branch) -> None:
    assert problem(program(people.editor).post(path(people), {"packages": ["zod"], "branch": "x"}))["status"] == 404
    assert problem(program(people.viewer).get(path(people) + "?branch=x"))["status"] == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"packages": ["--force"]}, "is not the name of a package"),
        ({"packages": ["https://x/y.tgz"]}, "is not the name of a package"),
        ({"packages": ["zod@file:x"]}, "is not a version of zod"),
        ({"packages": []}, ""),
        ({"packages": ["x"] * 31}, ""),
        ({"packages": [7]}, ""),
        ({"packages": "zod"}, ""),
        ({"packages": ["zod\x00"]}, ""),
    ],
)
def test_what_is_no_package_is_refused(
    people: People, program: Programs, main: Branch, body: dict[str, Any], says: str
) -> None:
    before = trace()
    for rest in ("", "/upgrade"):
        told = problem(program(people.editor).post(path(people, rest), body))
        assert told["status"] == 422
        assert says in told["detail"]
    assert trace() == before


def test_what_is_not_listed_is_missing(people: People, program: Programs, main: Branch) -> None:
    assert problem(program(people.editor).delete(path(people, "/zod")))["status"] == 404
    assert problem(program(people.editor).post(path(people, "/upgrade"), {"packages": ["zod"]}))["status"] == 404


def test_who_says_what_they_saw_is_told_when_it_changed(people: People, program: Programs, main: Branch) -> None:
    asks = program(people.editor)
    seen = asks.get(path(people)).json()["etag"]
    assert asks.post(path(people), {"packages": ["zod"]}, If_Match=seen).status_code == 202
    stale = problem(asks.post(path(people), {"packages": ["clsx"]}, If_Match=seen))
    assert (stale["status"], stale["code"]) == (412, "stale")
    assert problem(asks.delete(path(people, "/react"), If_Match=seen))["status"] == 412
    assert problem(asks.delete(path(people, "/react"), If_Match="nonsense"))["status"] == 422


def test_the_same_key_adds_once(people: People, program: Programs, main: Branch) -> None:
    asks = program(people.editor)
    first, again = (asks.post(path(people), {"packages": ["zod"]}, Idempotency_Key="k") for _ in range(2))
    assert first.json() == again.json()
    assert Job.objects.count() == 1


def test_the_registry_is_asked_once_at_a_time(people: People, program: Programs, main: Branch) -> None:
    asks = program(people.editor)
    first, again = (asks.post(path(people, "/check"), {}) for _ in range(2))
    assert (first.status_code, first.json()["is_asking"]) == (202, True)
    assert first.json()["asked_at"] == again.json()["asked_at"]
    assert asks.get(path(people)).json()["registry"]["is_asking"] is True
