"""What holds for every operation: who may, in which form, and how a refusal looks."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from ninja import Schema

from projects.models import ApiToken, Project
from projects.rest import In, Out
from projects.services import accounts, projects, tokens
from tests.people import People
from tests.programs import Program, Programs, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(people: People) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.owner)
    return client


def test_nobody_is_told_how_to_sign_in(program: Programs) -> None:
    answer = program().get("/projects")
    assert (answer.status_code, problem(answer)["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="djinn"'


@pytest.mark.parametrize("secret", ["", "nothing", "djinn_0000000000_x", "djinn_\xe4_x", "x" * 5000])
def test_a_token_that_is_none_is_refused(people: People, secret: str) -> None:
    answer = Program(secret).get("/projects")
    assert problem(answer)["code"] == "unauthenticated"
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_bad_token_is_not_saved_by_a_good_session(session: Client) -> None:
    assert session.get("/api/v2/projects").status_code == 200
    assert session.get("/api/v2/projects", headers={"Authorization": "Bearer no"}).status_code == 401


def test_a_token_that_ran_out_or_was_revoked_opens_nothing(people: People) -> None:
    token, secret = tokens.create(user=people.owner, name="soon", scopes=["read"])
    asks = Program(secret)
    assert asks.get("/projects").status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert asks.get("/projects").status_code == 401
    token.delete()
    assert asks.get("/projects").status_code == 401


def test_a_token_is_used_for_what_its_scopes_say(people: People, program: Programs) -> None:
    assert problem(program(people.owner, "read").post("/projects", {"name": "A"}))["code"] == "scope_missing"
    assert problem(program(people.owner, "write").get("/projects"))["code"] == "scope_missing"
    assert Project.objects.count() == 1


def test_a_session_reads_and_writes_with_its_csrf_token_alone(session: Client) -> None:
    body = json.dumps({"name": "A Pond"})
    refused = session.post("/api/v2/projects", body, content_type="application/json")
    assert problem(refused)["code"] == "csrf_failed"
    session.get("/")
    secret = session.cookies["djinn_csrf"].value
    made = session.post("/api/v2/projects", body, content_type="application/json", headers={"X-CSRFToken": secret})
    assert made.status_code == 201


def test_a_session_confirms_itself_for_what_cannot_be_taken_back(people: People) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": "owner@example.org", "password": "a good password"})
    project = f"/api/v2/projects/{people.project.pk}"
    asked: list[tuple[str, str, object, int]] = [
        ("POST", "/api/v2/tokens", {"name": "x", "scopes": ["read"]}, 201),
        ("DELETE", f"/api/projects/{people.project.pk}", None, 204),
        ("DELETE", project, None, 204),
        ("POST", f"{project}/transfer", {"to": accounts.ensure_handle(people.editor)}, 200),
    ]
    for method, path, body, _ in asked:
        answer = browser.generic(method, path, json.dumps(body), content_type="application/json")
        assert (answer.status_code, problem(answer)["code"]) == (403, "confirmation_missing"), path
    assert not ApiToken.objects.exists()
    people.project.refresh_from_db()
    assert people.project.owner == people.owner
    browser.post("/accounts/reauthenticate/", {"password": "a good password"})
    for method, path, body, status in (asked[0], asked[3]):
        answer = browser.generic(method, path, json.dumps(body), content_type="application/json")
        assert answer.status_code == status, path


@pytest.mark.parametrize("first", ["/api/projects", "/api/v2/projects"])
def test_a_confirmed_session_and_a_token_delete(people: People, program: Programs, first: str) -> None:
    other = projects.create(name="Other", by=people.owner)
    assert program(people.owner).delete(f"{first}/{other.pk}").status_code == 204
    browser = Client()
    browser.post("/accounts/login/", {"login": "owner@example.org", "password": "a good password"})
    browser.post("/accounts/reauthenticate/", {"password": "a good password"})
    assert browser.delete(f"{first}/{people.project.pk}").status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/", 404), ("GET", "/api/v2/nothing", 404), ("POST", "/api/v2/nothing", 404),
     ("DELETE", "/api/v2/projects", 405), ("GET", "/api/v2/projects/", 404), ("GET", "/api/v2/projects?a=%00", 400)],
)  # fmt: skip
def test_whatever_fails_under_api_is_a_problem(
    people: People, program: Programs, method: str, path: str, status: int
) -> None:
    for asks in (program(people.owner), program()):
        answer = asks(method, path)
        assert problem(answer)["status"] == status or answer.status_code == 401
        assert status != 405 or answer.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"name": NaN}', b"nothing"])
def test_what_is_no_json_is_malformed(people: People, program: Programs, body: bytes) -> None:
    answer = program(people.owner).post("/projects", body)
    assert (answer.status_code, problem(answer)["code"]) in {(400, "malformed"), (413, "too_large")}


def test_another_media_type_is_refused(people: People, program: Programs) -> None:
    answer = program(people.owner).post("/projects", b"name=A", Content_Type="application/x-www-form-urlencoded")
    assert (answer.status_code, problem(answer)["code"]) == (415, "wrong_media_type")


def test_a_body_larger_than_its_operation_takes_is_refused(people: People, program: Programs) -> None:
    answer = program(people.owner).post("/projects", {"name": "x" * 64 * 1024})
    assert (answer.status_code, problem(answer)["code"]) == (413, "too_large")


def test_other_sites_are_not_let_in(people: People, program: Programs) -> None:
    asks = program(people.owner)
    for method in ("GET", "OPTIONS"):
        answer = asks(method, "/projects", Origin="https://elsewhere.example")
        assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []


def test_a_request_keeps_the_id_it_came_with(people: People, program: Programs) -> None:
    asks = program(people.owner)
    assert asks.get("/projects", X_Request_ID="job-7.a").headers["X-Request-ID"] == "job-7.a"
    for bad in ("two words", "a" * 129, "<b>", ""):
        given = asks.get("/projects", X_Request_ID=bad).headers["X-Request-ID"]
        assert len(given) == 32, bad


def test_every_kind_of_refusal_has_its_page(client: Client) -> None:
    page = client.get("/api/v2/problems/stale")
    assert page.status_code == 200
    assert "If-Match" not in page.headers
    assert "It has changed meanwhile" in page.content.decode()
    assert client.get("/api/v2/problems/nonsense").status_code == 404


def test_the_document_is_openapi_3_1_and_every_operation_tells_its_refusals(client: Client) -> None:
    document = client.get("/api/v2/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    known = set(document["components"]["responses"])
    for operations in document["paths"].values():
        for operation in operations.values():
            named = {answer.get("$ref", "").rpartition("/")[2] for answer in operation["responses"].values()}
            assert named - {""} <= known
            assert {"Refused422", "Refused429"} <= named


def test_no_two_schemas_have_one_name() -> None:
    """In the document the second would take the place of the first."""

    def below(kind: type[Schema]) -> Iterator[type[Schema]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    ours = {kind for base in (In, Out) for kind in below(base)}
    names = Counter(kind.__name__ for kind in ours)
    assert [name for name, times in names.items() if times > 1] == []
