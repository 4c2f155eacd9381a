"""`manage.py replay_generation --model`: a worker runs the job anew, and both are compared."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from agents.enums import WaitingFor
from agents.lifecycle import leases, moves
from agents.models import Job
from tests.agents.engine.whole import build_without_a_box
from tests.installations.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def ask(*arguments: object) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("replay_generation", *map(str, arguments), stdout=out, stderr=StringIO())
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    except CommandError as sorry:
        return sorry.returncode, str(sorry)
    return 0, out.getvalue()


@contextmanager
def worker(of: Job, *, pauses: bool = False) -> Iterator[None]:
    """Somebody who runs the re-run of it."""
    thread = threading.Thread(target=_work, args=(of, pauses), daemon=True)
    thread.start()
    yield
    thread.join(60)
    assert not thread.is_alive()


def _work(of: Job, pauses: bool) -> None:
    try:
        job = wait_for(Job.objects.filter(rerun_of=of, state="queued").first, seconds=30, what="the re-run")
        _pause(job) if pauses else build_without_a_box(job)
    finally:
        connections.close_all()


def _pause(job: Job) -> None:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.pause(held, waiting_for=WaitingFor.APPROVAL)


def test_the_same_answers_give_the_same_files(built: Job):
    with worker(built):
        code, said = ask(built.pk, "--model", "demo/reading-list", "--into", "once-more")
    assert code == 0, said
    assert "on the branch once-more" in said
    assert "completed: complete" in said
    assert "Identical files." in said
    assert "the job          the re-run" in said


def test_other_answers_are_named_with_their_lines(built: Job):
    with worker(built):
        code, said = ask(built.pk, "--model", "demo/pomodoro", "--json")
    told = json.loads(said)
    assert (code, told["verdict"]) == (1, "different")
    assert (told["job"]["job"], told["job"]["model"]) == (str(built.pk), "demo/reading-list")
    assert (told["rerun"]["model"], told["rerun"]["state"]) == ("demo/pomodoro", "completed")
    assert any(file["added"] or file["removed"] for file in told["differences"])


def test_who_waits_for_a_person_is_not_compared(built: Job):
    with worker(built, pauses=True):
        code, said = ask(built.pk, "--model", "demo/reading-list")
    assert (code, said) == (2, "The re-run is paused, waiting for approval. It goes on on its page.")


@pytest.mark.parametrize("more", [("--speed", "2"), ("--from-step", "implement-1"), ("--keep", "x"), ("--chunk", "1")])
def test_what_is_about_stored_replies_is_refused(built: Job, more: tuple[str, str]):
    code, said = ask(built.pk, "--model", "demo/reading-list", *more)
    assert (code, said.split(":")[0]) == (2, "--model asks anew")
    assert not Job.objects.filter(rerun_of=built).exists()


def test_a_branch_that_is_there_is_refused(built: Job):
    code, _ = ask(built.pk, "--model", "demo/reading-list", "--into", "main")
    assert code == 2
