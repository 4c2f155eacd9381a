"""Exports as jobs: what is in them, what stops them, and that they are there once."""

import io
import zipfile
from pathlib import Path

import pytest

from agents.engine import exporting
from agents.engine.context import Interrupted
from agents.lifecycle import leases
from agents.models import Artifact
from agents.services import amending, artifacts, exports, jobs
from projects.models import Blob, Project, User
from projects.services import collecting, files
from tests.agents.engine.whole import payloads, run, work_on
from tests.installation import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings) -> None:
    settings.DJINN_HOME = tmp_path / "home"


@pytest.fixture
def grown(project: Project, owner: User) -> Project:
    files.save(project.branches.get(), "a.txt", b"1", by=owner)
    files.save(project.branches.get(), "b/c.txt", b"2" * 3000, by=owner)
    return project


def content(artifact: Artifact) -> bytes:
    return b"".join(artifacts.read(artifact))


def names(artifact: Artifact) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content(artifact))).namelist()


def test_a_zip_is_packed_and_told(grown: Project, owner: User):
    job = run(exports.ask(grown, "zip", by=owner))
    made = job.artifacts.get()
    assert (job.state, job.phase, job.output["artifact"]) == ("completed", "complete", str(made.pk))
    assert names(made) == ["shelf/a.txt", "shelf/b/c.txt"]
    assert (made.name, made.media_type, made.size) == ("shelf.zip", "application/zip", len(content(made)))
    assert payloads(grown, "artifact_created") == [
        {
            "job": str(job.pk),
            "artifact": str(made.pk),
            "name": "shelf.zip",
            "media_type": "application/zip",
            "size": made.size,
            "sha256": made.sha256,
        }
    ]


def test_a_version_is_packed_as_it_was_and_the_same_bytes_are_kept_once(grown: Project, owner: User):
    first = run(exports.ask(grown, "zip", version=1, by=owner)).artifacts.get()
    kept = Blob.objects.count()
    again = run(exports.ask(grown, "zip", version=1, by=owner)).artifacts.get()
    assert names(first) == ["shelf/a.txt"]
    assert (again.sha256, again.name, Blob.objects.count()) == (first.sha256, "shelf-v1.zip", kept)


def test_a_bundle_is_what_git_clones(grown: Project, owner: User):
    made = run(exports.ask(grown, "bundle", by=owner)).artifacts.get()
    assert (made.name, made.media_type) == ("shelf.bundle", "application/x-git-bundle")
    assert content(made).startswith(b"# v2 git bundle\n")


def test_an_empty_project_has_no_bundle(project: Project, owner: User):
    job = run(exports.ask(project, "bundle", by=owner))
    assert job.error is not None
    assert (job.state, job.error["code"]) == ("failed", "invalid_input")
    assert not Artifact.objects.exists()


def test_beyond_what_a_project_may_keep_nothing_is_kept(grown: Project, owner: User, settings):
    settings.ARTIFACTS_MB = 1
    job = run(exports.ask(grown, "zip", by=owner))
    Artifact.objects.update(size=1024 * 1024)
    job = run(exports.ask(grown, "zip", version=1, by=owner))
    assert job.error is not None
    assert (job.state, job.error["code"]) == ("failed", "policy_denied")
    assert "1 MiB" in job.error["message"]
    Artifact.objects.all().delete()
    jobs.retry(job, by=owner)
    assert run(job).state == "completed"


def test_what_a_deleted_job_had_made_is_collected(grown: Project, owner: User):
    job = run(exports.ask(grown, "zip", by=owner))
    kept = set(job.artifacts.get().pieces.values_list("blob", flat=True))
    collecting.collect()
    assert not Blob.objects.filter(unreachable_since__isnull=False).exists()
    amending.delete(job, by=owner)
    assert not Artifact.objects.exists()
    collecting.collect()
    assert set(Blob.objects.filter(unreachable_since__isnull=False).values_list("pk", flat=True)) == kept


@pytest.mark.parametrize("verb", [jobs.stop, jobs.pause])
def test_a_stop_and_a_pause_are_heeded_before_anything_is_kept(grown: Project, owner: User, verb):
    job = exports.ask(grown, "zip", by=owner)
    context = work_on(job)
    verb(job, by=owner)
    with context.beating():
        wait_for(context.should_stop, seconds=30, what="the intent to be seen")
        with pytest.raises(Interrupted):
            exporting.run(context)
    assert (Artifact.objects.count(), payloads(grown, "artifact_created")) == (0, [])


def test_a_stop_that_comes_after_the_packing_is_heeded_too(grown: Project, owner: User):
    job = exports.ask(grown, "zip", by=owner)
    context = work_on(job)
    jobs.stop(job, by=owner)
    with pytest.raises(Interrupted):
        exporting.run(context)  # nobody told it meanwhile
    assert not Artifact.objects.exists()


def test_a_worker_that_lost_its_lease_leaves_nothing(grown: Project, owner: User):
    job = exports.ask(grown, "zip", by=owner)
    context = work_on(job)
    leases.release_all()
    assert leases.claim(job.pk, worker="another") is not None
    with pytest.raises(leases.LeaseLost):
        exporting.run(context)
    assert not Artifact.objects.exists()
    leases.release_all()
    assert run(job).artifacts.count() == 1
