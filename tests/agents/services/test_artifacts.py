"""What jobs made is found with its job alone, read whole, and never served as what a browser would run."""

import uuid

import pytest

from agents.lifecycle import artifacts as lifecycle
from agents.lifecycle import leases, moves
from agents.models import Artifact, Job
from agents.services import artifacts, exports
from projects import errors
from projects.models import Project, User
from projects.services import contents

LONG = b"x" * (contents.PIECE + 1)


@pytest.fixture
def made(project: Project, owner: User) -> Artifact:
    return record(exports.ask(project, "zip", by=owner), name="shelf.zip", media_type="application/zip")


def record(job: Job, *, name: str, media_type: str) -> Artifact:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    *_, kept = contents.keep([LONG])
    with leases.hold(lease) as held:
        moves.begin(held)
        return lifecycle.record(held, kept, name=name, media_type=media_type)


def test_it_is_read_as_it_was_written(made: Artifact):
    assert (b"".join(artifacts.read(made)), made.size, made.pieces.count()) == (LONG, len(LONG), 2)


def test_it_is_found_with_its_job_alone(made: Artifact, project: Project, owner: User):
    other = exports.ask(project, "zip", by=owner)
    assert list(artifacts.of_job(made.job)) == [artifacts.find(made.job, made.pk)] == [made]
    for job, artifact_id in ((other, made.pk), (made.job, uuid.uuid4())):
        with pytest.raises(errors.Missing):
            artifacts.find(job, artifact_id)


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/zip; charset=x", ""])
def test_what_a_browser_would_run_is_bytes(made: Artifact, media_type: str):
    assert artifacts.served_as(made) == "application/zip"
    made.media_type = media_type
    assert artifacts.served_as(made) == "application/octet-stream"
