"""How often somebody may ask."""

import re

import pytest
from django.core.cache import cache

from projects.rest import Refused, limits
from tests import threads
from tests.people import People
from tests.programs import Programs, problem


@pytest.fixture
def few(settings) -> None:
    settings.API_LIMITS = {"reads": 3, "writes": 2, "anonymous": 2}


@pytest.fixture(autouse=True)
def _long_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window ends during a test; this one ends in 2033."""
    monkeypatch.setattr(limits, "WINDOW", 1_000_000_000)


@pytest.mark.django_db
def test_beyond_the_limit_one_is_told_when_to_come_back(people: People, program: Programs, few: None) -> None:
    asks = program(people.owner)
    assert [asks.get("/projects").status_code for _ in range(3)] == [200] * 3
    answer = asks.get("/projects")
    assert (answer.status_code, problem(answer)["code"]) == (429, "too_many")
    assert answer.headers["RateLimit-Policy"] == '"reads";q=3;w=1000000000'
    assert re.fullmatch(r'"reads";r=0;t=\d+', answer.headers["RateLimit"])
    assert answer.headers["Retry-After"] == answer.headers["RateLimit"].rpartition("=")[2]


@pytest.mark.django_db
def test_every_answer_says_what_is_left(people: People, program: Programs, few: None) -> None:
    asks = program(people.owner)
    assert asks.get("/projects").headers["RateLimit"].startswith('"reads";r=2;t=')
    assert asks.post("/projects", {"name": ""}).headers["RateLimit"].startswith('"writes";r=1;t=')


@pytest.mark.django_db
def test_each_token_is_counted_by_itself(people: People, program: Programs, few: None) -> None:
    one, other = program(people.owner), program(people.owner)
    assert {one.get("/projects").status_code for _ in range(4)} == {200, 429}
    assert other.get("/projects").status_code == 200


@pytest.mark.django_db
def test_guessing_tokens_is_counted_by_address(program: Programs, few: None) -> None:
    guesses = [program()("GET", "/projects", Authorization=f"Bearer djinn_{n:010}_x").status_code for n in range(3)]
    assert guesses == [401, 401, 429]


@pytest.mark.shape
def test_many_at_once_are_counted_exactly(settings) -> None:
    settings.API_LIMITS = {"reads": 30}
    refused: list[int] = []

    def ask() -> None:
        for _ in range(10):
            try:
                limits.count("reads", "user:7")
            except Refused:
                refused.append(1)

    threads.together(*[ask] * 6)
    assert len(refused) == 30
    cache.clear()
