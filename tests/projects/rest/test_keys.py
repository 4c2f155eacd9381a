"""Asking twice does a thing once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from projects.models import IdempotencyRecord, Project
from projects.rest import Refused, keys
from tests import threads
from tests.people import People
from tests.programs import Program, Programs, problem

BODY = {"name": "A Pond"}


def ask(asks: Program, body: object = BODY, key: str = "a-key", path: str = "/projects") -> HttpResponse:
    answer: HttpResponse = asks.post(path, body, Idempotency_Key=key)
    return answer


def ponds() -> int:
    return Project.objects.filter(name="A Pond").count()


@pytest.mark.django_db
def test_the_same_again_is_the_first_answer(people: People, program: Programs) -> None:
    asks = program(people.owner)
    first, again = ask(asks), ask(asks)
    assert (first.status_code, again.status_code, ponds()) == (201, 201, 1)
    assert (again.content, again.headers["Location"]) == (first.content, first.headers["Location"])
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]


@pytest.mark.django_db
def test_another_body_under_the_same_key_is_refused(people: People, program: Programs) -> None:
    asks = program(people.owner)
    ask(asks)
    answer = ask(asks, {"name": "Another Pond"})
    assert (answer.status_code, problem(answer)["code"]) == (422, "key_used")
    assert Project.objects.count() == 2


@pytest.mark.django_db
def test_a_key_is_its_users_own(people: People, program: Programs) -> None:
    assert ask(program(people.owner)).status_code == 201
    assert ask(program(people.editor)).status_code == 201
    assert ponds() == 2


@pytest.mark.django_db
def test_a_refusal_did_nothing_and_its_key_is_free(people: People, program: Programs) -> None:
    asks = program(people.owner)
    assert ask(asks, {"name": ""}).status_code == 422
    assert (ask(asks).status_code, ponds()) == (201, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "two words", "\x7f", "x" * 256, "ü"])
def test_a_key_that_is_none_is_refused(people: People, program: Programs, key: str) -> None:
    assert problem(ask(program(people.owner), key=key))["errors"][0]["parameter"] == "Idempotency-Key"
    assert ponds() == 0


@pytest.mark.django_db
def test_after_a_day_a_key_is_new_again_and_what_is_old_is_forgotten(people: People, program: Programs) -> None:
    asks = program(people.owner)
    ask(asks)
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert ask(asks).status_code == 201
    assert ponds() == 2
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert (keys.prune(), keys.prune()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_does_it(people: People, program: Programs) -> None:
    """The others hear that it is under way, or get its answer; nobody gets a second pond."""
    asks = program(people.owner)
    answers: list[HttpResponse] = []
    threads.together(*[lambda: answers.append(ask(asks))] * 8)
    assert ponds() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    for answer in answers:
        if answer.status_code == 409:
            assert problem(answer)["code"] == "under_way"
            assert answer.headers["Retry-After"] == "2"
    assert ask(asks).status_code == 201
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_under_way_the_second_is_told_so(people: People) -> None:
    begun, go_on = threading.Event(), threading.Event()
    request = RequestFactory().post("/api/v2/projects", b"{}", "application/json", headers={"Idempotency-Key": "k"})

    def slow() -> HttpResponse:
        begun.set()
        assert go_on.wait(20)
        return HttpResponse("first", status=201)

    first = threads.begin(lambda: keys.once(request, people.owner, b"{}", slow))
    assert begun.wait(20)
    with pytest.raises(Refused) as refused:
        keys.once(request, people.owner, b"{}", lambda: HttpResponse("second"))
    assert refused.value.kind.code == "under_way"
    go_on.set()
    first.join(20)
    again = keys.once(request, people.owner, b"{}", lambda: HttpResponse("second"))
    assert again.content == b"first"  # type: ignore[attr-defined]  # it is no stream


@pytest.mark.django_db(transaction=True)
def test_what_fails_leaves_no_trace_and_may_be_asked_again(people: People) -> None:
    request = RequestFactory().post("/api/v2/projects", b"{}", "application/json", headers={"Idempotency-Key": "k"})

    def fail() -> HttpResponse:
        Project.objects.create(name="Half", slug="half", owner=people.owner)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keys.once(request, people.owner, b"{}", fail)
    assert not Project.objects.filter(name="Half").exists()
    assert keys.once(request, people.owner, b"{}", lambda: HttpResponse(status=201)).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_dead_first_is_taken_over_once(people: People) -> None:
    """Its row is there, and nobody behind it."""
    request = RequestFactory().post("/api/v2/projects", b"{}", "application/json", headers={"Idempotency-Key": "k"})
    left = keys._claim(people.owner, "k", "POST /api/v2/projects", keys._digest(request, b"{}"), keys.GIVEN_UP)
    with pytest.raises(Refused) as refused:
        keys.once(request, people.owner, b"{}", lambda: HttpResponse(status=201))
    assert refused.value.kind.code == "under_way"
    IdempotencyRecord.objects.filter(pk=left.pk).update(created_at=timezone.now() - keys.GIVEN_UP)
    runs: list[int] = []

    def run() -> HttpResponse:
        runs.append(1)
        return HttpResponse(status=201)

    answers: list[int] = []

    def again() -> None:
        try:
            answers.append(keys.once(request, people.owner, b"{}", run).status_code)
        except Refused:
            answers.append(409)

    threads.together(*[again] * 4)
    assert (sum(runs), set(answers) <= {201, 409}) == (1, True)


@pytest.mark.django_db(transaction=True)
def test_a_first_that_was_only_slow_does_not_do_it_a_second_time(people: People) -> None:
    """Somebody took its row over: what it did is undone, and it says so."""
    request = RequestFactory().post("/api/v2/projects", b"{}", "application/json", headers={"Idempotency-Key": "k"})

    def slow() -> HttpResponse:
        Project.objects.create(name="Twice", slug="twice", owner=people.owner)
        IdempotencyRecord.objects.update(created_at=timezone.now() + timedelta(seconds=1))  # as who takes over does
        return HttpResponse(status=201)

    with pytest.raises(Refused) as refused:
        keys.once(request, people.owner, b"{}", slow)
    assert refused.value.kind.code == "under_way"
    assert not Project.objects.filter(name="Twice").exists()


@pytest.mark.django_db(transaction=True)
def test_what_takes_long_has_its_own_transactions_and_its_answer_is_kept_after_it(people: People) -> None:
    request = RequestFactory().post("/api/v2/imports/zip", b"z", "application/zip", headers={"Idempotency-Key": "k"})
    runs: list[bool] = []

    def run() -> HttpResponse:
        runs.append(connection.in_atomic_block)
        return HttpResponse(b"made", status=201)

    first = keys.once_apart(request, people.owner, b"z", run)
    again = keys.once_apart(request, people.owner, b"z", run)
    assert (runs, first.status_code) == ([False], 201)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")


@pytest.mark.django_db(transaction=True)
def test_what_takes_long_and_fails_may_be_asked_for_again(people: People) -> None:
    request = RequestFactory().post("/api/v2/imports/zip", b"z", "application/zip", headers={"Idempotency-Key": "k"})

    def fail() -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keys.once_apart(request, people.owner, b"z", fail)
    assert keys.once_apart(request, people.owner, b"z", lambda: HttpResponse(status=201)).status_code == 201
