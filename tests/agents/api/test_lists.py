"""Every list of jobs and what they did, short and long: the database is asked the same number of times."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import Attempt, Generation, Job, Message, Step
from agents.services import jobs, sessions
from projects.services import files
from sandboxes.models import Command
from sandboxes.services import sandboxes
from tests.people import People
from tests.programs import Program, Programs

Make = Callable[[People, Job, int], object]


def _session(people: People, job: Job, number: int) -> None:
    sessions.create(people.main, f"session {number}", by=people.owner)


def _message(people: People, job: Job, number: int) -> None:
    assert job.session is not None
    Message.objects.create(session=job.session, role="user", text=str(number), author=people.owner)


def _job(people: People, job: Job, number: int) -> None:
    jobs.start(project=people.project, text=str(number), by=people.owner, session=job.session)


def _checkpoint(people: People, job: Job, number: int) -> None:
    assert job.session is not None
    files.save(people.main, "a.txt", str(number).encode(), by=people.owner)
    sessions.checkpoint(sessions.find(people.project, job.session.pk), f"label {number}", by=people.owner)


def _step(people: People, job: Job, number: int) -> Step:
    return Step.objects.create(job=job, key=str(number), ordinal=number, role="builder", title="Do")


def _attempt(people: People, job: Job, number: int) -> None:
    Attempt.objects.create(job=job, number=number, worker="test")


def _generation(people: People, job: Job, number: int) -> None:
    Generation.objects.create(job=job, step=_step(people, job, number), role="builder", model="demo/x")


def _command(people: People, job: Job, number: int) -> None:
    Command.objects.create(sandbox=sandboxes.for_branch(people.main), job_ref=job.pk, kind="install", title="Do")


# The token with its user, the membership, the session or job, and what the list needs. What jobs wait for: which
# lanes they share, how many go before each, and whether the gate is open to the first.
SESSION = "/projects/{job.project_id}/sessions"
LISTS: dict[str, tuple[Make, int]] = {
    SESSION: (_session, 3),
    SESSION + "/{job.session_id}/messages": (_message, 4),
    SESSION + "/{job.session_id}/jobs": (_job, 7),
    SESSION + "/{job.session_id}/checkpoints": (_checkpoint, 4),
    "/jobs": (_job, 5),
    "/jobs?project={job.project_id}&text=1": (_job, 6),
    "/jobs/{job.pk}/steps": (_step, 4),
    "/jobs/{job.pk}/attempts": (_attempt, 4),
    "/jobs/{job.pk}/generations": (_generation, 4),
    "/jobs/{job.pk}/log": (_command, 4),
}


@pytest.mark.parametrize(("address", "make", "pinned"), [(name, *rest) for name, rest in LISTS.items()], ids=LISTS)
def test_a_list_costs_the_same_however_long(
    people: People, program: Programs, address: str, make: Make, pinned: int
) -> None:
    job = jobs.start(project=people.project, text="100", by=people.owner)
    asks, path = program(people.owner), address.format(job=job)
    asks.get(path)  # whatever is looked up once per process
    make(people, job, 100)
    few, found = _cost(asks, path)
    for number in range(101, 112):
        make(people, job, number)
    many, found_then = _cost(asks, path)
    assert found_then == found + 11
    assert (few, many) == (pinned, pinned)


def _cost(asks: Program, path: str) -> tuple[int, int]:
    with CaptureQueriesContext(connection) as seen:
        answer = asks.get(path)
    assert answer.status_code == 200
    return len(seen.captured_queries), len(answer.json()["items"])
