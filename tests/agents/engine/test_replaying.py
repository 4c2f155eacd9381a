"""A replay that was asked for: carried out by whichever worker comes first, its verdict kept once."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone

from agents import tasks
from agents.engine import replaying
from agents.enums import Purpose
from agents.models import Generation, Job, Replay
from agents.models.replays import MOST_TRIES
from agents.services import jobs, replays
from projects.models import Member, Project, User
from tests.agents.engine.whole import build_without_a_box
from tests.agents.rounds import reap_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def built(project: Project, owner: User) -> Job:
    return build_without_a_box(jobs.start(project=project, text="A list", by=owner, model="demo/reading-list"))


@pytest.fixture
def asked(built: Job, owner: User, monkeypatch: pytest.MonkeyPatch) -> Replay:
    monkeypatch.setattr(tasks.replay_job, "delay", lambda replay_id: None)
    return replays.request(built, purpose=Purpose.REPLAY, by=owner)


def settled(row: Replay) -> Replay:
    replaying.settle(row.pk)
    row.refresh_from_db()
    return row


def test_the_verdict_stands_in_the_row(asked: Replay):
    row = settled(asked)
    assert (row.verdict, row.differences, row.tries) == ("identical", [], 1)
    assert row.tree_hash == row.expected_hash == row.job.project.versions.get().tree_hash
    assert row.message == "Identical: the stored replies give the tree that the job staged."
    assert row.finished_at is not None


def test_a_difference_is_named(asked: Replay):
    Generation.objects.filter(step__key="implement-1").update(response="")
    row = settled(asked)
    assert row.verdict == "different"
    assert ("index.html", "missing in the replay", 0) in [
        (one["path"], one["change"], one["added"]) for one in row.differences
    ]
    assert row.message.startswith("Different: ")
    assert row.tree_hash != row.expected_hash


def test_with_options_it_is_kept_and_both_sides_are_told(built: Job, asked: Replay, owner: User):
    row = settled(replays.request(built, purpose=Purpose.REPLAY, by=owner, from_step="implement-2", into="again"))
    assert row.verdict == "identical"
    assert row.message.endswith("It is version 2, on the new branch 'again'.")
    assert (row.figures["job"]["files"], row.figures["replay"]["cost"]) == (len(built.project.files.all()), "0.000000")


def test_what_cannot_be_kept_is_impossible_and_leaves_nothing(built: Job, asked: Replay, owner: User):
    row = replays.request(built, purpose=Purpose.REPLAY, by=owner, into="again")
    Member.objects.filter(user=owner).delete()
    assert settled(row).verdict == "impossible"
    assert not built.project.branches.filter(name="again").exists()


def test_what_cannot_be_replayed_says_why(asked: Replay):
    Job.objects.update(state="queued", finished_at=None)
    row = settled(asked)
    assert (row.verdict, row.message) == ("impossible", "This job is queued. Replay it when it is at rest.")


def test_a_recording_is_made_and_a_second_attempt_is_another_one(
    asked: Replay, built: Job, owner: User, settings, tmp_path: Path
):
    settings.DJINN_HOME = tmp_path
    row = settled(replays.request(built, purpose=Purpose.RECORD, by=owner))
    assert (row.verdict, row.message) == ("identical", "Recorded as “spine”.")
    again = settled(replays.request(built, purpose=Purpose.RECORD, by=owner))
    assert again.message == f"Recorded as “spine-{str(built.pk)[:8]}”."
    assert sorted(folder.name for folder in (tmp_path / "recordings").iterdir()) == ["spine", again.message[13:-2]]


def test_what_nobody_foresaw_is_logged_and_ends_it(asked: Replay, caplog: pytest.LogCaptureFixture):
    Job.objects.update(blueprint=7)
    Generation.objects.filter(step__key="design").delete()
    row = settled(asked)
    assert (row.verdict, row.message) == ("impossible", "Something went wrong on our side; the log says what.")
    assert "A replay met something nobody foresaw." in caplog.text


def test_a_verdict_is_given_once(asked: Replay):
    first = settled(asked)
    Generation.objects.filter(step__key="implement-1").update(response="")
    assert (settled(asked).verdict, settled(asked).finished_at) == ("identical", first.finished_at)


def test_of_several_workers_at_once_one_does_it(asked: Replay):
    def work() -> None:
        replaying.settle(asked.pk)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    asked.refresh_from_db()
    assert (asked.verdict, asked.tries) == ("identical", 1)


def test_one_over_which_workers_end_is_given_up(asked: Replay):
    Replay.objects.update(tries=MOST_TRIES)
    row = settled(asked)
    assert (row.verdict, row.message) == ("impossible", "3 workers ended over it.")


def test_it_is_gone_with_its_job(asked: Replay):
    Project.objects.all().delete()
    replaying.settle(asked.pk)
    assert not Replay.objects.exists()


def test_a_lost_message_is_sent_again(asked: Replay, monkeypatch: pytest.MonkeyPatch):
    letters: list[str] = []
    monkeypatch.setattr(tasks.replay_job, "apply_async", lambda args, expires: letters.append(args[0]))
    reap_jobs()
    assert letters == [], "it was asked for a moment ago"
    Replay.objects.update(created_at=timezone.now() - timedelta(seconds=16))
    reap_jobs()
    assert letters == [str(asked.pk)]
    Replay.objects.update(started_at=timezone.now())
    reap_jobs()
    assert len(letters) == 1, "somebody is at it"
    Replay.objects.update(started_at=timezone.now() - timedelta(minutes=4))
    reap_jobs()
    assert len(letters) == 2
    tasks.replay_job(letters[0])
    reap_jobs()
    assert len(letters) == 2
    asked.refresh_from_db()
    assert asked.verdict == "identical"
