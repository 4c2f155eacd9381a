"""What a job made as text, and where it begins and ends in the feed."""

import pytest
from django.db import transaction

from agents.lifecycle import failures, leases, moves
from agents.models import Job
from agents.services import jobs, outcomes
from projects import feed
from projects.enums import AuthorKind
from projects.models import Project, User
from projects.services import changesets, files


@pytest.fixture
def made(project: Project, owner: User) -> Job:
    files.save(project.branches.get(), "old.txt", b"old", by=owner)
    job = jobs.start(project=project, text="Make it green", by=owner)
    changeset = changesets.open(branch=job.branch, author_kind=AuthorKind.AGENT, by=owner, job_ref=job.pk)
    for path, content in (("a.txt", b"one\n"), ("b.bin", b"\0\xff"), ("old.txt", None)):
        changesets.stage(changeset, path, content)
    return job


def test_texts_are_given_and_the_rest_is_named(made: Job):
    assert outcomes.of(made) == outcomes.Outcome({"a.txt": "one\n"}, ["old.txt"], ["b.bin"])
    assert [outcomes.text_of(made, path) for path in ("a.txt", "b.bin", "old.txt", "x")] == ["one\n", None, None, None]


def test_what_is_too_much_together_is_named(made: Job, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outcomes, "MOST_CODE", 3)
    assert outcomes.of(made) == outcomes.Outcome({}, ["old.txt"], ["a.txt", "b.bin"])
    assert outcomes.text_of(made, "a.txt") is None


def test_a_job_that_made_nothing_made_nothing(job: Job):
    assert outcomes.of(job) == outcomes.Outcome({}, [], [])


def test_it_spans_from_its_first_event_to_its_end(job: Job, project: Project, owner: User):
    told = [event for event in feed.since(project.pk, 0) if event.job_ref == job.pk]
    assert outcomes.span(job) == outcomes.Span(told[0].seq, feed.last_seq(project.pk) + 1)
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.fail(held, failures.Failure("provider_down"))
    [failed] = [event.seq for event in feed.since(project.pk, 0) if event.kind == "job_failed"]
    assert outcomes.span(job) == outcomes.Span(told[0].seq, failed)
    jobs.retry(job, by=owner)
    assert outcomes.span(job).end == feed.last_seq(project.pk) + 1


def test_files_are_counted_up_to_where_they_are_told(job: Job, project: Project):
    payload = {"path": "a", "path_id": "a", "job": str(job.pk), "step": "", "purpose": "", "reason": ""}
    counts = {"lines": 0, "size": 0, "added": 0, "removed": 0}
    seqs = list[int]()
    for kind in ("file_opened", "file_closed", "file_edited"):
        with transaction.atomic():
            feed.record(project, kind, payload | counts, job_ref=job.pk)
        seqs.append(feed.last_seq(project.pk))
    assert [outcomes.count_written(job, seq) for seq in seqs] == [0, 1, 2]
