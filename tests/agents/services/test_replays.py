"""Asked for at a door: once, for jobs at rest, and found by the id people see."""

import uuid

import pytest

from agents import tasks
from agents.enums import Purpose
from agents.errors import NotPossible
from agents.models import Job, Replay
from agents.services import jobs, replays
from projects.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be on its way to a worker: there is no broker in this test."""
    letters: list[str] = []
    monkeypatch.setattr(tasks.replay_job, "delay", letters.append)
    return letters


@pytest.fixture
def stopped(job: Job, owner: User) -> Job:
    jobs.stop(job, by=owner)
    job.refresh_from_db()
    return job


def test_it_is_written_down_and_a_worker_is_told(stopped: Job, owner: User, sent: list[str]):
    asked = replays.request(stopped, purpose=Purpose.REPLAY, by=owner)
    assert (asked.verdict, asked.created_by, asked.job, asked.finished_at) == ("", owner, stopped, None)
    assert sent == [str(asked.pk)]
    assert str(asked) == f"Replay of {stopped}"


def test_asking_twice_is_asking_once_but_for_another_purpose(stopped: Job, owner: User, sent: list[str]):
    first = replays.request(stopped, purpose=Purpose.REPLAY, by=owner)
    assert replays.request(stopped, purpose=Purpose.REPLAY, by=None) == first
    assert replays.request(stopped, purpose=Purpose.RECORD, by=owner) != first
    assert len(sent) == Replay.objects.count() == 2


def test_a_job_that_may_still_go_on_is_refused(job: Job, owner: User, sent: list[str]):
    with pytest.raises(NotPossible, match=r"This job is queued\. It can be replayed when it is at rest\."):
        replays.request(job, purpose=Purpose.REPLAY, by=owner)
    assert (Replay.objects.count(), sent) == (0, [])


def test_a_job_is_found_by_its_id(job: Job):
    assert replays.find_job(str(job.pk)) == job
    assert replays.find_job(f"  {str(job.pk).upper()}\n") == job
    assert replays.find_job(job.pk.hex) == job


@pytest.mark.parametrize("written", ["", "1", "x" * 5000, "../../etc/passwd", "00000000-0000-0000-0000-00000000000g"])
def test_what_is_no_id_is_said(db: None, written: str):
    with pytest.raises(NotPossible, match="is not the id of a job") as refused:
        replays.find_job(written)
    assert len(str(refused.value)) < 200


def test_an_id_of_no_job_is_said(db: None):
    unknown = uuid.uuid4()
    with pytest.raises(NotPossible, match=f"There is no job {unknown}."):
        replays.find_job(str(unknown))


def test_other_options_are_another_request(stopped: Job, owner: User, sent: list[str]):
    first = replays.request(stopped, purpose=Purpose.REPLAY, by=owner)
    kept = replays.request(stopped, purpose=Purpose.REPLAY, by=owner, into="again")
    assert replays.request(stopped, purpose=Purpose.REPLAY, by=owner, into="again") == kept != first
    assert list(replays.of_job(stopped)) == [kept, first]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"from_step": "nothing"}, "has no step “nothing”"),
        ({"into": "main"}, "the job's own branch"),
        ({"into": "a b"}, "cannot be called"),
        ({"into": "x" * 300}, "longer than"),
    ],
)
def test_what_is_plain_is_said_at_once(stopped: Job, sent: list[str], options: dict[str, str], says: str):
    with pytest.raises(NotPossible, match=says):
        replays.request(stopped, purpose=Purpose.REPLAY, by=None, **options)
    assert not Replay.objects.exists()
