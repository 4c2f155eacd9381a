"""The doors of git, without git: who is let in, what is refused, and how. With git: tests/projects/git."""

import base64
import gzip
import io

import pytest
from django.test import Client

from projects.models import Version
from projects.services import files, projects, tokens
from tests.people import People

pytestmark = pytest.mark.django_db

ROOT = "/git/owner/night-garden.git"
REFS = f"{ROOT}/info/refs"
SERVICES = {"git-upload-pack": "read", "git-receive-pack": "write"}


def bearer(people: People, role: str, *scopes: str) -> dict[str, str]:
    secret = tokens.create(user=people.by_role(role), name="git", scopes=scopes or ("read", "write"))[1]
    return {"authorization": f"Bearer {secret}"}


def met(people: People, role: str, service: str, *scopes: str) -> tuple[int, ...]:
    """At the first question and at the second."""
    headers = bearer(people, role, *scopes)
    first = Client().get(REFS, {"service": service}, headers=headers)
    second = Client().post(f"{ROOT}/{service}", b"0000", content_type="application/x", headers=headers)
    for end in second._resource_closers:  # type: ignore[attr-defined]  # Django's own, told to nobody
        end()  # nobody reads it
    return (first.status_code, second.status_code)


@pytest.mark.parametrize(
    ("role", "fetch", "push"),
    [("owner", 200, 200), ("editor", 200, 200), ("viewer", 200, 403), ("stranger", 404, 404)],
)
def test_each_role_fetches_and_pushes_what_it_may(people: People, role: str, fetch: int, push: int):
    assert met(people, role, "git-upload-pack") == (fetch, fetch)
    assert met(people, role, "git-receive-pack") == (push, push)


@pytest.mark.parametrize("service", SERVICES)
def test_a_token_needs_the_scope(people: People, service: str):
    others = [scope for scope in tokens.SCOPES if scope != SERVICES[service]]
    assert met(people, "owner", service, SERVICES[service]) == (200, 200)
    assert met(people, "owner", service, *others) == (403, 403)


@pytest.mark.parametrize("service", SERVICES)
def test_without_a_token_a_password_is_asked_for(people: People, service: str):
    for path in (REFS, "/git/owner/no-such.git/info/refs"):
        asked = Client().get(path, {"service": service})
        assert (asked.status_code, asked["WWW-Authenticate"]) == (401, 'Basic realm="Djinn", charset="UTF-8"')
    assert Client().post(f"{ROOT}/{service}").status_code == 401


def test_any_user_name_goes_with_a_token_as_the_password(people: People):
    secret = bearer(people, "editor")["authorization"].partition(" ")[2]
    basic = base64.b64encode(f"whoever:{secret}".encode()).decode()
    assert Client().get(REFS, {"service": "git-upload-pack"}, headers={"authorization": f"Basic {basic}"})


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Basic /w==", "Bearer", "Bearer djinn_x_y", "Digest a"])
def test_nonsense_is_no_password(people: People, header: str):
    answer = Client().get(REFS, {"service": "git-upload-pack"}, headers={"authorization": header})
    assert answer.status_code == 401


def test_a_session_opens_nothing(people: People, client: Client):
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(REFS, {"service": "git-upload-pack"}).status_code == 401


def test_an_archived_project_is_fetched_and_not_pushed_to(people: People):
    projects.archive(people.project, by=people.owner)
    assert met(people, "owner", "git-upload-pack") == (200, 200)
    assert met(people, "owner", "git-receive-pack") == (403, 403)


def test_the_old_protocol_is_refused_in_words(people: People):
    answer = Client().get(REFS, headers=bearer(people, "owner"))
    assert (answer.status_code, answer["Content-Type"]) == (403, "text/plain; charset=utf-8")
    assert b"smart protocol" in answer.content


def test_people_are_led_to_the_files_and_git_to_the_whole_address(people: People):
    assert Client().get("/git/owner/night-garden.git")["Location"] == "/p/owner/night-garden/files/"
    assert Client().get("/git/owner/night-garden")["Location"] == "/p/owner/night-garden/files/"
    led = Client().get("/git/owner/night-garden/info/refs?service=git-upload-pack")["Location"]
    assert led == f"{REFS}?service=git-upload-pack"


def post(people: People, body: bytes, **headers: str) -> tuple[int, bytes]:
    answer = Client().post(
        f"{ROOT}/git-receive-pack", body, content_type="application/x", headers={**bearer(people, "owner"), **headers}
    )
    return answer.status_code, answer.content


@pytest.mark.parametrize(
    "body",
    [b"zzzz", b"00", b"0001", b"0003", b"ffff" + b"x" * 20, b"000ahello\n0000", b"0010shallow ab\n", b"\0" * 100],
)
def test_what_is_no_push_is_refused_and_does_nothing(people: People, body: bytes):
    status, content = post(people, body)
    assert status in {200, 400}
    assert b"ok refs" not in content
    assert not Version.objects.exists()


def test_a_push_of_an_object_that_was_not_sent_is_refused(people: People):
    line = f"{'0' * 40} {'a' * 40} refs/heads/main\0report-status\n"
    status, content = post(people, f"{len(line) + 4:04x}{line}0000".encode())
    assert status == 200
    assert b"unpack Git could not unpack what was sent" in content
    assert b"ng refs/heads/main nothing was taken" in content


def test_a_packed_body_is_unpacked_no_larger_than_a_body_may_be(people: People, settings):
    settings.MAX_BODY_BYTES = 1024 * 1024
    assert post(people, gzip.compress(b"0000"), **{"content-encoding": "gzip"}) == (200, b"")
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb") as file:
        file.write(b"\0" * 20 * 1024 * 1024)
    status, content = post(people, bomb.getvalue(), **{"content-encoding": "gzip"})
    assert (status, b"too large" in content) == (400, True)
    assert post(people, b"no gzip", **{"content-encoding": "gzip"})[0] == 400


def test_without_git_it_is_said_that_it_is_missing(people: People, monkeypatch):
    files.save(people.main, "a.txt", b"one\n", by=people.owner)
    headers = bearer(people, "owner")
    monkeypatch.setenv("PATH", "/nonexistent")
    answer = Client().get(REFS, {"service": "git-upload-pack"}, headers=headers)
    assert (answer.status_code, b"no git program" in answer.content) == (503, True)
