"""Rows and boxes, compared."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from projects.enums import AuthorKind
from projects.services import changesets
from sandboxes.backends.base import Handle, OwnedRef, Spec
from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import boxes as in_box
from sandboxes.runtime import lifecycle, reaper, sync
from sandboxes.wire import boxes, loop
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, apply
from tests.sandboxes.runtime.test_lifecycle import kill_box, state_of_box, told

pytestmark = [pytest.mark.box, pytest.mark.usefixtures("transactional_db")]


@pytest.fixture
def stray() -> Handle:
    return loop.call(boxes.every()["process"].create(Spec(id=uuid.uuid4().hex)), 30)


def state_of(handle: Handle) -> str:
    return loop.call(boxes.of(handle).state(handle), 20)


def test_a_box_without_a_row_is_destroyed_after_its_grace(stray: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    reaper.reap()
    assert state_of(stray) == "running"
    monkeypatch.setattr(reaper, "_GRACE", timedelta(0))
    reaper.reap()
    assert state_of(stray) == "gone"


def test_a_box_with_a_row_stays(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    monkeypatch.setattr(reaper, "_GRACE", timedelta(0))
    reaper.reap()
    sandbox.refresh_from_db()
    assert (sandbox.state, state_of_box(sandbox)) == ("ready", "running")


def test_a_row_whose_box_died_says_so(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    kill_box(sandbox)
    reaper.reap()
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.handle, sandbox.port) == ("sleeping", {}, None)
    assert told(sandbox)[-1] == "sleeping"


def test_a_box_nobody_looks_at_sleeps_and_wakes(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    handle = boxes.handle_of(sandbox)
    long_ago = timezone.now() - reaper.IDLE - timedelta(seconds=1)
    Sandbox.objects.filter(pk=sandbox.pk).update(updated_at=long_ago)
    reaper.reap()
    assert state_of(handle) == "running"
    Sandbox.objects.filter(pk=sandbox.pk).update(touched_at=long_ago)
    reaper.reap()
    sandbox.refresh_from_db()
    assert (sandbox.state, state_of(handle)) == ("sleeping", "gone")
    lifecycle.ensure(sandbox)
    assert told(sandbox)[-2:] == ["waking", "ready"]


def test_what_a_dead_worker_left_unfinished_is_freed(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    long_ago = timezone.now() - timedelta(seconds=61)
    Sandbox.objects.filter(pk=sandbox.pk).update(state=SandboxState.WAKING, updated_at=long_ago)
    reaper.reap()
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.ABSENT


def test_a_box_that_cannot_be_ended_does_not_save_the_others(
    stray: Handle, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its name, found in a damaged file, is none that a box can have."""
    unnamed = OwnedRef({"backend": "process", "id": "not a name"}, "stopped", timezone.now() - timedelta(hours=1), {})
    monkeypatch.setattr(reaper, "_GRACE", timedelta(0))
    owned = loop.call(boxes.every()["process"].list_owned(boxes.install_id()), 60)
    done = reaper.Done()
    reaper._destroy_orphans([unnamed, *owned], timezone.now(), done)
    assert done == {"destroyed": 1, "failed": 1}
    assert state_of(stray) == "gone"
    assert "could not be put away" in caplog.text


def test_a_box_whose_message_was_lost_is_brought_up_to_date(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    sync.sync(sandbox, manifest_of(sandbox))
    apply(sandbox.branch, {"notes.txt": "nobody told the box"})
    reaper.reap()
    assert "notes.txt" not in files_in(sandbox), "what was moved just now is somebody else's"
    monkeypatch.setattr(reaper, "_GRACE", timedelta(0))
    reaper.reap()
    assert "notes.txt" in files_in(sandbox)


def test_a_box_that_shows_what_is_being_written_is_left_to_its_writer(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    sync.sync(sandbox, manifest_of(sandbox))
    changeset = changesets.open(branch=sandbox.branch, author_kind=AuthorKind.AGENT)
    changesets.stage(changeset, "half.txt", b"half")
    lifecycle.show(sandbox, changeset)
    Sandbox.objects.filter(pk=sandbox.pk).update(tree_hash="of another time")
    monkeypatch.setattr(reaper, "_GRACE", timedelta(0))
    reaper.reap()
    assert "half.txt" not in files_in(sandbox)


def files_in(sandbox: Sandbox) -> set[str]:
    return set(in_box.ask(sandbox, lambda wire: wire.tree()).files)


def test_two_at_once_do_no_harm(stray: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaper, "_GRACE", timedelta(0))
    owned = loop.call(boxes.every()["process"].list_owned(boxes.install_id()), 60)
    threads = [threading.Thread(target=lifecycle.end_box, args=(box.handle,)) for box in owned for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    reaper.reap()
    assert state_of(stray) == "gone"
