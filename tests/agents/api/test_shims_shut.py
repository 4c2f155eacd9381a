"""The addresses of the earlier design: without the flag there are none."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from config import api
from tests.people import People
from tests.programs import Program, Programs, problem

pytestmark = pytest.mark.django_db

ADDRESSES = [
    ("GET", "/api/conversation-state"),
    ("POST", "/api/conversation-state"),
    ("DELETE", "/api/conversation-state"),
    ("GET", "/api/get-sandbox-files"),
    ("POST", "/api/create-zip"),
    ("POST", "/api/apply-ai-code"),
    ("POST", "/api/apply-ai-code-stream"),
    ("POST", "/api/generate-ai-code-stream"),
    ("POST", "/api/install-packages"),
]


@pytest.fixture
def shut() -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.agents.api.without_shims"):
        yield


def test_these_are_all_there_are() -> None:
    there = {
        (method, f"/api{path}")
        for path, operations in api.shims.get_openapi_schema(path_prefix="")["paths"].items()
        for method in map(str.upper, operations)
    }
    assert there == set(ADDRESSES)


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_without_the_flag_there_is_nothing(
    shut: None, people: People, program: Programs, method: str, path: str
) -> None:
    for asks in (program(people.owner), Program(None)):
        for one in (method, "OPTIONS", "PUT"):
            answer = asks(one, f"{path}?project={people.project.pk}", {})
            assert (answer.status_code, problem(answer)["code"]) == (404, "not_found")
    assert program(people.owner).get(f"/api/agent-state/{people.project.pk}").status_code == 200


def test_they_stand_in_no_document() -> None:
    paths = api.api.get_openapi_schema(path_prefix=api.ROOT)["paths"]
    assert not [path for _, path in ADDRESSES if any(path.removeprefix("/api") in one for one in paths)]
