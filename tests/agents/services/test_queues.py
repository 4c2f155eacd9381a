"""How deep the queue is, who works on it, and whether they may."""

import pytest
from django.utils import timezone

from agents.enums import Gate
from agents.models import Job, Queue
from agents.services import jobs, queues
from projects.models import AuditEntry, Project, User
from tests.agents.conftest import Workers

SAID: list[dict[str, object]] | None = None


def said() -> list[dict[str, object]] | None:
    """What an installation says of its workers, for `settings.WORKFORCE`."""
    return SAID


@pytest.fixture
def workforce(settings, monkeypatch: pytest.MonkeyPatch):
    settings.WORKFORCE = f"{__name__}.said"

    def say(value: list[dict[str, object]] | None) -> None:
        monkeypatch.setattr(f"{__name__}.SAID", value)

    return say


def test_workers_are_who_says_so(workforce):
    workforce([{"ready": True, "host": "a", "pid": 7, "queues": ["generate", "sandbox"], "url": "x"}])
    assert queues.workers() == [queues.Worker("a", 7, ("generate", "sandbox"))]
    assert not queues.is_deserted()


def test_a_queue_is_deserted_when_nobody_takes_jobs_from_it(workforce):
    workforce([{"host": "a", "pid": 7, "queues": ["sandbox"]}])
    assert queues.is_deserted()
    workforce([])
    assert queues.is_deserted()


def test_when_nobody_can_be_asked_nobody_is_missed(workforce):
    workforce(None)
    assert queues.workers() is None
    assert not queues.is_deserted()


def test_without_a_server_nobody_is_there(workers: Workers):
    assert queues.workers() == []
    assert queues.is_deserted()
    workers("generate", "sandbox")
    assert [one.queues for one in queues.workers() or ()] == [("generate", "sandbox")]


def test_each_state_tells_how_many_and_since_when(job: Job, project: Project, owner: User):
    second = jobs.start(project=project, text="Two", by=owner)
    third = jobs.start(project=project, text="Three", by=owner)
    jobs.pause(third, by=owner)
    ended = jobs.start(project=project, text="Four", by=owner)
    jobs.stop(ended, by=owner)
    assert queues.depths() == [
        queues.Depth("paused", 1, third.created_at),
        queues.Depth("queued", 2, min(job.created_at, second.created_at)),
    ]


def test_the_gate_is_open_until_it_is_closed(owner: User):
    before = timezone.now()
    assert (queues.read().gate, queues.read().changed_by) == (Gate.OPEN, None)
    queues.set_gate(Gate.PAUSED, by=owner)
    kept = queues.read()
    assert (kept.gate, kept.changed_by) == (Gate.PAUSED, owner)
    assert kept.changed_at >= before
    assert Queue.objects.count() == 1
    acts = AuditEntry.objects.order_by("pk").values_list("act", "actor")
    assert list(acts) == [("queue_paused", owner.pk)]
    queues.set_gate(Gate.DRAINING, by=owner)
    queues.set_gate(Gate.OPEN, by=owner)
    assert [act for act, _ in acts.all()] == ["queue_paused", "queue_drained", "queue_opened"]
