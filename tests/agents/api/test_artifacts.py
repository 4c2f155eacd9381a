"""Exports and applies asked for over the API, and what they made taken away."""

import hashlib
from typing import Any

import pytest
from django.http import StreamingHttpResponse

from agents.engine import runner
from agents.lifecycle import artifacts as lifecycle
from agents.lifecycle import leases, moves
from agents.models import Artifact, Job
from agents.services import exports
from projects.services import changesets, contents, files
from projects.services.staging import Content
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db
BIG = hashlib.shake_128(b"big").digest(2 * contents.PIECE)


def record(people: People, content: bytes, name: str = "garden.zip", media_type: str = "application/zip") -> Artifact:
    job = exports.ask(people.project, "zip", by=people.owner)
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    *_, kept = contents.keep([content])
    with leases.hold(lease) as held:
        moves.begin(held)
        made = lifecycle.record(held, kept, name=name, media_type=media_type)
        moves.complete(held, output={})
    return made


def address(made: Artifact) -> str:
    return f"/jobs/{made.job_id}/artifacts/{made.pk}/download"


@pytest.mark.django_db(transaction=True)
def test_an_export_is_asked_for_packed_and_taken_away(people: People, program: Programs) -> None:
    files.save(people.main, "a.txt", b"1", by=people.owner)
    asks = program(people.editor)
    asked = asks.post(f"/projects/{people.project.pk}/exports", {"form": "zip"})
    assert asked.status_code == 202, asked.content
    told = asked.json()
    assert (told["kind"], told["state"], told["title"]) == ("export", "queued", "Export main as a zip")
    runner.execute(told["id"])
    assert asks.get(f"/projects/{people.project.pk}/chores/{told['id']}").json()["state"] == "completed"
    [item] = asks.get(f"/jobs/{told['id']}/artifacts").json()["items"]
    assert item.keys() == {"id", "job", "name", "media_type", "size", "sha256", "created_at"}
    got = program(people.viewer).get(f"/jobs/{told['id']}/artifacts/{item['id']}/download")
    content = got.content
    assert (len(content), hashlib.sha256(content).hexdigest()) == (item["size"], item["sha256"])
    assert content == asks.get(f"/projects/{people.project.pk}/exports/zip").content
    assert got.headers["Content-Disposition"] == 'attachment; filename="night-garden.zip"'
    assert (got.headers["Content-Type"], got.headers["X-Content-Type-Options"]) == ("application/zip", "nosniff")


def test_a_large_one_is_sent_in_parts(people: People, program: Programs) -> None:
    got = program(people.viewer).get(address(record(people, BIG)))
    assert isinstance(got, StreamingHttpResponse)
    assert got.headers["ETag"] == f'"{hashlib.sha256(BIG).hexdigest()}"'


def test_who_has_it_is_not_sent_it_again(people: People, program: Programs) -> None:
    asks, made = program(people.viewer), record(people, b"x")
    tag = asks.get(address(made)).headers["ETag"]
    again = asks.get(address(made), If_None_Match=tag)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("a.html", 'attachment; filename="a.html"'),
        ('a"; filename="b.exe', 'attachment; filename="a\\"; filename=\\"b.exe"'),
        ("a\r\nSet-Cookie: x=1", 'attachment; filename="a Set-Cookie: x=1"'),
        ("täglich.zip", "attachment; filename*=utf-8''t%C3%A4glich.zip"),
    ],
)
def test_a_hostile_name_is_a_name_and_a_page_is_bytes(
    people: People, program: Programs, name: str, disposition: str
) -> None:
    got = program(people.viewer).get(address(record(people, b"<script>", name, "text/html")))
    assert got.headers["Content-Disposition"] == disposition
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert "Set-Cookie" not in got.headers


def test_nobody_finds_another_jobs(people: People, program: Programs) -> None:
    made, other = record(people, b"x"), exports.ask(people.project, "zip", by=people.owner)
    assert program(people.viewer).get(f"/jobs/{other.pk}/artifacts/{made.pk}/download").status_code == 404
    assert program(people.stranger).get(address(made)).status_code == 404
    assert program(people.stranger).get(f"/jobs/{made.job_id}/artifacts").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"form": "tar"}, 422),
        ({"form": "zip", "version": 0}, 422),
        ({"form": "zip", "version": True}, 422),
        ({"form": "zip", "version": 9}, 404),
        ({"form": "zip", "branch": "\0"}, 422),
        ({"form": "bundle", "version": 1}, 422),
        ({"form": "zip", "more": 1}, 422),
        ([], 422),
    ],
)
def test_what_cannot_be_exported_queues_nothing(people: People, program: Programs, body: Any, status: int) -> None:
    asks = program(people.editor)
    assert problem(asks.post(f"/projects/{people.project.pk}/exports", body))["status"] == status
    assert program(people.viewer).post(f"/projects/{people.project.pk}/exports", {"form": "zip"}).status_code == 403
    assert not Job.objects.exists()


def test_an_export_takes_no_second_job_for_one_key(people: People, program: Programs) -> None:
    asks, path = program(people.editor), f"/projects/{people.project.pk}/exports"
    first = asks.post(path, {"form": "zip"}, Idempotency_Key="k").json()
    Job.objects.filter(pk=first["id"]).update(started_at="2026-01-01T00:00:00Z")
    assert asks.post(path, {"form": "zip"}, Idempotency_Key="k").json() == first
    assert asks.post(path, {"form": "zip"}).json()["id"] != first["id"]


# --- applies -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_diff_is_applied_later(people: People, program: Programs) -> None:
    diff = changesets.propose(people.main, [("a.txt", Content(b"1"))], by=people.owner, title="More")
    diff.refresh_from_db()
    asks, path = program(people.editor), f"/projects/{people.project.pk}/diffs/{diff.pk}"
    asked = asks.post(f"{path}/apply-later", {"seen": diff.revision})
    assert asked.status_code == 202, asked.content
    assert (asked.json()["kind"], asked.json()["title"]) == ("apply", "Apply More")
    runner.execute(asked.json()["id"])
    assert asks.get(path).json()["state"] == "applied"
    told = problem(asks.post(f"{path}/apply-later", {"seen": diff.revision}))
    assert (told["status"], told["code"]) == (409, "wrong_state")


def test_what_may_not_be_applied_queues_nothing(people: People, program: Programs) -> None:
    diff = changesets.propose(people.main, [("a.txt", Content(b"1"))], by=people.owner, title="More")
    path = f"/projects/{people.project.pk}/diffs/{diff.pk}/apply-later"
    assert program(people.viewer).post(path, {"seen": 1}).status_code == 403
    assert program(people.stranger).post(path, {"seen": 1}).status_code == 404
    assert program(people.editor).post(path, {}).status_code == 422
    nothing = path.replace(str(diff.pk), str(people.project.pk))
    assert program(people.editor).post(nothing, {"seen": 1}).status_code == 404
    assert not Job.objects.exists()
