"""Lists cost the same however many rows they show, fetch nothing large, and lead to one another."""

import re
import uuid

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import (
    ApiToken,
    AuditEntry,
    Blob,
    Branch,
    Change,
    ChangeSet,
    Checkpoint,
    Event,
    IdempotencyRecord,
    Invitation,
    Member,
    Parentage,
    Project,
    ProjectFile,
    Remote,
    Secret,
    User,
    Version,
)  # fmt: skip
from tests.people import People

# The person, their session, the count, the rows, and what a few filters ask.
MOST_QUERIES = 8
LARGE = ("manifest", "raw_commit", "ciphertext", "payload", '"content"', '"body"')
LISTS = [
    str(model._meta.model_name)
    for model in apps.get_app_config("projects").get_models()
    if not model._meta.auto_created
]


def fill(people: People, start: int, count: int) -> None:
    """So many rows of each kind, each about others."""
    numbers = range(start, start + count)
    soon = timezone.now()
    users = User.objects.bulk_create([User(email=f"{n}@example.org", handle=f"user-{n}") for n in numbers])
    projects = Project.objects.bulk_create(
        [Project(name=f"P{n}", slug=f"p{n}", owner=u) for n, u in zip(numbers, users, strict=True)]
    )
    versions = Version.objects.bulk_create(
        [
            Version(
                project=p, number=1, tree_hash="h", author_kind="user", author_line="x", manifest={"a": ["b", 1, False]}
            )
            for p in projects
        ]
    )
    branches = Branch.objects.bulk_create(
        [
            Branch(project=p, name="main", head=v, created_by=u)
            for p, v, u in zip(projects, versions, users, strict=True)
        ]
    )
    sets = ChangeSet.objects.bulk_create(
        [
            ChangeSet(
                project=b.project,
                branch=b,
                base=b.head,
                state="applied",
                applied_as=b.head,
                author_kind="user",
                author=b.created_by,
                job_ref=uuid.uuid4(),
            )
            for b in branches
        ]
    )
    blobs = Blob.objects.bulk_create(
        [Blob(sha256=f"{n:064}", git_oid=f"{n:040}", size=1, content=b"x") for n in numbers]
    )
    Change.objects.bulk_create([Change(changeset=s, path="a", after=b) for s, b in zip(sets, blobs, strict=True)])
    ProjectFile.objects.bulk_create(
        [ProjectFile(project=p, path="a", blob=b, size=1) for p, b in zip(projects, blobs, strict=True)]
    )
    Parentage.objects.bulk_create([Parentage(version=v, parent=v) for v in versions])
    Checkpoint.objects.bulk_create(
        [Checkpoint(project=v.project, version=v, label="x", created_by=v.project.owner) for v in versions]
    )
    Event.objects.bulk_create(
        [
            Event(project=p, seq=1, kind="project_renamed", payload={}, actor=p.owner, job_ref=uuid.uuid4())
            for p in projects
        ]
    )
    Member.objects.bulk_create([Member(project=p, user=p.owner, role="owner") for p in projects])
    Invitation.objects.bulk_create(
        [
            Invitation(
                project=p, email="x@example.org", role="viewer", digest=f"{p.pk}", expires_at=soon, created_by=p.owner
            )
            for p in projects
        ]
    )
    Secret.objects.bulk_create(
        [Secret(project=p, name="KEY", ciphertext="sealed", created_by=p.owner) for p in projects]
    )
    Remote.objects.bulk_create(
        [Remote(project=p, url="https://git.example/x.git", created_by=p.owner) for p in projects]
    )
    ApiToken.objects.bulk_create(
        [ApiToken(user=u, name="x", prefix=f"x{n}", digest="d") for n, u in zip(numbers, users, strict=True)]
    )
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(actor=p.owner, actor_line="x", act="project_renamed", target_kind="project", project_ref=p.pk)
            for p in projects
        ]
    )
    IdempotencyRecord.objects.bulk_create(
        [IdempotencyRecord(user=u, key="k", door="POST /", digest="d") for u in users]
    )


def asked(operator: Client, address: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert operator.get(address).status_code == 200
    return [str(query["sql"]) for query in found.captured_queries]


def test_lists_cost_the_same_at_many_rows_and_fetch_nothing_large(people: People, operator: Client) -> None:
    fill(people, 1000, 2)
    names = [name for name in LISTS if apps.get_model("projects", name)._default_manager.exists()]
    few = {name: len(asked(operator, f"/admin/projects/{name}/?q=a")) for name in names}
    fill(people, 2000, 25)
    for name in names:
        many = asked(operator, f"/admin/projects/{name}/?q=a")
        assert len(many) <= min(few[name], MOST_QUERIES), "\n".join([name, *many])
        fetched = " ".join(sql.partition(" FROM ")[0] for sql in many)
        assert [large for large in LARGE if large in fetched] == [], name


def test_a_project_leads_to_all_that_is_its_own(people: People, operator: Client) -> None:
    fill(people, 1000, 3)
    project = Project.objects.get(slug="p1001")
    page = operator.get(f"/admin/projects/project/{project.pk}/change/").content.decode()
    links = re.findall(rf'href="(/admin/\w+/\w+/\?[^"]*{project.pk}[^"]*)"', page)
    assert len(links) == 14
    for address in links:
        listed = operator.get(address.replace("&amp;", "&"))
        assert (listed.status_code, address) == (200, address)
        if "/projects/" in address:
            assert listed.context["cl"].result_count == 1, address


def test_rows_lead_back_and_on(people: People, operator: Client) -> None:
    fill(people, 1000, 1)
    version, changeset = Version.objects.get(), ChangeSet.objects.get()
    shown = {
        f"projects/version/?project__id__exact={version.project_id}": f"projects/project/{version.project_id}/",
        f"projects/version/{version.pk}/change/": f"projects/changeset/?applied_as__id__exact={version.pk}",
        "projects/changeset/": f"agents/job/{changeset.job_ref}/",
        f"projects/changeset/{changeset.pk}/change/": f"projects/change/?changeset__id__exact={changeset.pk}",
        "projects/branch/": f"projects/version/{version.pk}/",
        "projects/projectfile/": "projects/blob/",
    }
    for address, link in shown.items():
        assert f"/admin/{link}" in operator.get(f"/admin/{address}").content.decode(), address
    for address in (
        f"/admin/projects/changeset/?applied_as__id__exact={version.pk}",
        f"/admin/projects/change/?changeset__id__exact={changeset.pk}",
    ):
        assert operator.get(address).context["cl"].result_count == 1


@pytest.mark.parametrize(
    ("filters", "count"), [("kind=project_renamed", 3), ("kind=job_failed", 0), ("kind=no_such", 0)]
)
def test_events_are_filtered_by_the_kinds_there_can_be(
    people: People, operator: Client, filters: str, count: int
) -> None:
    fill(people, 1000, 3)
    assert operator.get(f"/admin/projects/event/?{filters}").context["cl"].result_count == count


def test_what_is_sealed_and_what_is_large_is_on_no_page(people: People, operator: Client) -> None:
    fill(people, 1000, 1)
    for name, hidden in (("secret", "sealed"), ("version", "manifest"), ("blob", "id_content"), ("apitoken", "digest")):
        row = apps.get_model("projects", name)._default_manager.get()
        assert hidden not in operator.get(f"/admin/projects/{name}/{row.pk}/change/").content.decode().lower()
