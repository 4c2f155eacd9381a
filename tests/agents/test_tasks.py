"""The names of things done later: delivered late, twice or never, the work is done once."""

import pytest

from agents import tasks
from agents.lifecycle import leases
from agents.models import Generation, Job
from agents.services import jobs
from projects.models import Project, User, Version
from tests.agents.rounds import reap_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_line(settings, project: Project, owner: User) -> list[Job]:
    """A build, and a change that waits for it."""
    texts = ("A reading list", "Make the header green")
    return [jobs.start(project=project, text=text, by=owner, model="demo/reading-list") for text in texts]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be on its way to a worker: there is no broker in this test."""
    letters: list[str] = []
    monkeypatch.setattr(tasks.execute_job, "delay", letters.append)
    monkeypatch.setattr(tasks.execute_job, "apply_async", lambda args, expires: letters.append(args[0]))
    return letters


def test_one_job_leads_to_the_next_and_doubles_do_nothing(in_line: list[Job], sent: list[str]):
    build, change = (str(job.pk) for job in in_line)
    tasks.execute_job(change)
    assert sent == []
    tasks.execute_job(build)
    assert sent == [change]
    tasks.execute_job(build)
    tasks.execute_job(change)
    calls = Generation.objects.count()
    tasks.execute_job(change)
    assert [job.state for job in Job.objects.all()] == ["completed"] * 2
    assert (Version.objects.count(), Generation.objects.count()) == (2, calls)


def test_a_lost_message_is_sent_again_for_whoever_is_next(in_line: list[Job], sent: list[str]):
    reap_jobs()
    reap_jobs()
    assert sent == [str(in_line[0].pk)] * 2
    leases.claim(in_line[0].pk, worker="one")
    reap_jobs()
    assert len(sent) == 2, "somebody works on it"


def test_at_a_new_start_whoever_was_at_work_is_dead(in_line: list[Job], sent: list[str]):
    leases.claim(in_line[0].pk, worker="before")
    assert jobs.free_leases() == 1
    assert jobs.free_leases() == 1
    reap_jobs()
    assert sent == [str(in_line[0].pk)] * 3
    tasks.execute_job(sent[0])
    tasks.execute_job(sent[1])
    assert [row.outcome for row in in_line[0].attempt_rows.all()] == ["lost", "completed"]
