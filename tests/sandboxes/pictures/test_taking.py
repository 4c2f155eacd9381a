"""Which apps are due for a picture, and that one is taken of each as it is: without a visit, a wake or a word."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from projects.models import Blob, Version
from projects.services import collecting, projects
from sandboxes.enums import SandboxState
from sandboxes.models import Command, ConsoleEntry, Picture, Sandbox, duties
from sandboxes.pictures import camera, taking
from sandboxes.runtime import waking
from sandboxes.services import pictures
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, apply
from tests.sandboxes.runtime.standing import fresh, paused

SAYS = "<script>console.error('Look at me');fetch('/data.json')</script>"


@pytest.fixture(autouse=True)
def _with_chromium(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CHROMIUM = ""
    monkeypatch.setattr(camera, "_unfit", {})


def settle() -> None:
    """What was changed lies a while back."""
    Version.objects.update(created_at=timezone.now() - timedelta(minutes=1))


def due() -> list[Sandbox]:
    return [target.sandbox for target in taking.due(timezone.now())]


def picture_of(sandbox: Sandbox) -> Picture:
    return Picture.objects.get(sandbox=sandbox)


def head_of(sandbox: Sandbox) -> str:
    sandbox.branch.refresh_from_db()
    assert sandbox.branch.head
    return sandbox.branch.head.tree_hash


def test_plain_pages_are_due_when_their_files_have_settled(make_app: MakeApp) -> None:
    sandbox = make_app(apps.STATIC)
    make_app({"notes.md": "No page at all.\n"})
    assert due() == []
    settle()
    assert due() == [sandbox]
    projects.archive(sandbox.project, by=sandbox.project.owner)
    assert due() == []


def test_an_app_that_needs_a_box_is_due_while_it_runs_and_shows_what_stands(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    settle()
    assert due() == []
    tree = head_of(sandbox)
    runs = {"state": SandboxState.READY, "port": 5000, "tree_hash": tree, "handle": {}, "stack": "python"}
    rows = Sandbox.objects.filter(pk=sandbox.pk)
    rows.update(**runs)
    assert due() == [sandbox]
    for other in ({"tree_hash": "0" * 64}, {"port": None}, {"state": SandboxState.PAUSED}):
        rows.update(**(runs | other))
        assert due() == []
    rows.update(**runs)
    token = duties.take(f"app {sandbox.pk}", seconds=60)
    assert token
    assert due() == []
    rows.update(state=SandboxState.ABSENT)


def test_without_a_program_nothing_is_noted(make_app: MakeApp, settings: Settings) -> None:
    settings.CHROMIUM = "none"
    make_app(apps.STATIC)
    settle()
    taking.take_due()
    assert not Picture.objects.exists()


@pytest.mark.browser
@pytest.mark.box
def test_plain_pages_are_taken_once_and_anew_when_they_have_changed(make_app: MakeApp) -> None:
    sandbox = make_app({**apps.STATIC, "index.html": apps.STATIC["index.html"] + SAYS})
    settle()
    taking.take_due()
    first = picture_of(sandbox)
    assert (first.tree_hash, first.tries) == (head_of(sandbox), 1)
    assert first.taken_at
    assert pictures.read(pictures.hash_of(sandbox))[8:12] == b"WEBP"
    assert due() == []

    apply(sandbox.branch, {"index.html": "<body style='background: black'>\n"})
    settle()
    assert due() == [sandbox]
    assert picture_of(sandbox).blob_id == first.blob_id, "the one before stays until there is another"
    taking.take_due()
    second = picture_of(sandbox)
    assert second.tree_hash == head_of(sandbox)
    assert second.blob_id != first.blob_id
    assert not ConsoleEntry.objects.exists()

    Blob.objects.filter(pk=first.blob_id).update(unreachable_since=timezone.now() - timedelta(days=3))
    collecting.collect()
    assert not Blob.objects.filter(pk=first.blob_id).exists()
    assert Blob.objects.filter(pk=second.blob_id).exists()


@pytest.mark.browser
@pytest.mark.box
def test_an_app_is_taken_from_its_box_without_a_visit(make_app: MakeApp) -> None:
    page = "<!doctype html><title>Shelf</title><h1>A shelf of books</h1>" + SAYS
    sandbox = make_app({**apps.FLASK, "templates/index.html": page})
    waking.wake(str(sandbox.pk))
    before = fresh(sandbox)
    assert before.port
    settle()
    commands = Command.objects.count()
    taking.take_due()
    assert picture_of(sandbox).tree_hash == head_of(sandbox)
    after = fresh(sandbox)
    assert (after.touched_at, after.watched_at) == (before.touched_at, before.watched_at)
    assert Command.objects.count() == commands
    assert not ConsoleEntry.objects.exists()

    apply(sandbox.branch, {"README.md": "Changed.\n"})
    settle()
    Sandbox.objects.filter(pk=sandbox.pk).update(tree_hash=head_of(sandbox))
    resting = paused(fresh(sandbox))
    taking.take_due()
    assert fresh(sandbox).state == resting.state == SandboxState.PAUSED
    assert picture_of(sandbox).tree_hash != head_of(sandbox)


@pytest.mark.browser
@pytest.mark.box
def test_what_hangs_is_tried_twice_and_then_left_alone(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "SECONDS", 3.0)
    monkeypatch.setattr(camera, "_QUIET", 1.0)
    sandbox = make_app({"index.html": "<script>for (;;) {}</script>\n"})
    settle()
    taking.take_due()
    assert (picture_of(sandbox).tries, picture_of(sandbox).blob_id) == (1, None)
    taking.take_due()
    assert picture_of(sandbox).tries == 2
    assert due() == []
    apply(sandbox.branch, {"index.html": "<h1>Mended</h1>\n"})
    settle()
    assert due() == [sandbox]
