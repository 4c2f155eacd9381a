"""Boxes that are kept ready: made, given away once, never taken back, and put away when nobody wants them any more."""

import asyncio
import signal
import uuid
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django.fixtures import Settings

from sandboxes.enums import SandboxState, SpareState
from sandboxes.models import Sandbox, Spare, duties
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import boxes as in_box
from sandboxes.runtime import filling, lifecycle, reaper, spares, states, sync, warming
from sandboxes.runtime.duties import once
from sandboxes.stacks import BY_NAME
from sandboxes.wire import boxes, loop
from tests import threads
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.ready import alive, drained, filled, lately, state_of
from tests.sandboxes.runtime.standing import die, in_another_process
from tests.sandboxes.runtime.test_lifecycle import state_of_box, told

pytestmark = [pytest.mark.box, pytest.mark.usefixtures("transactional_db"), pytest.mark.timeout(240)]


@pytest.fixture(autouse=True)
def on_bubblewrap(transactional_db: None) -> Iterator[None]:
    with drained("process"):
        yield


@pytest.fixture
def app(make_app: MakeApp) -> Sandbox:
    return make_app(apps.FLASK)


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaper, "_GRACE", timedelta(0))


# --- kept ------------------------------------------------------------------------------------------


def test_it_is_made_labelled_and_paused(app: Sandbox) -> None:
    spare = filled(app, "python")
    assert (spare.state, spare.backend, state_of(spare)) == (SpareState.READY, "process", "paused")
    [owned] = loop.call(boxes.every()["process"].list_owned(boxes.install_id()), 20)
    assert (owned.handle["id"], owned.labels) == (spare.box, {"spare": "python"})
    filling.fill()
    assert Spare.objects.get() == spare


@pytest.mark.parametrize("pool", [0, 2])
def test_so_many_are_kept_as_was_told(app: Sandbox, settings: Settings, pool: int) -> None:
    settings.SANDBOX_POOL = pool
    lately(app, "python")
    filling.fill()
    assert Spare.objects.count() == pool
    settings.SANDBOX_POOL = 1
    filling.fill()
    assert Spare.objects.count() == 1
    assert alive() == {Spare.objects.get().box}


def test_none_is_kept_of_a_kind_that_nobody_used_lately(app: Sandbox) -> None:
    spare = filled(app, "python")
    Sandbox.objects.update(touched_at=timezone.now() - filling.LATELY)
    filling.fill()
    assert not Spare.objects.exists()
    assert state_of(spare) == "gone"


def test_none_is_made_while_somebody_waits_for_an_app(app: Sandbox, make_app: MakeApp) -> None:
    lately(app, "python")
    waiting = make_app(apps.FLASK)
    states.move(waiting, SandboxState.CREATING)
    filling.fill()
    assert not Spare.objects.exists()
    states.move(waiting, SandboxState.ABSENT)
    filling.fill()
    assert Spare.objects.count() == 1


def test_of_another_recipe_it_is_replaced(app: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    old = filled(app, "python")
    monkeypatch.setattr(boxes.every()["process"], "made_from", lambda template: "other packages")
    assert lifecycle.ensure(app).handle["id"] != old.box, "what is out of date is not given away"
    filling.fill()
    assert state_of(old) == "gone"
    assert Spare.objects.get().recipe != old.recipe


def test_where_no_box_can_be_made_none_is_kept(app: Sandbox, settings: Settings) -> None:
    spare = filled(app, "python")
    settings.SANDBOX_BACKEND = "none"
    filling.fill()
    assert (Spare.objects.count(), state_of(spare)) == (0, "gone")


# --- given away --------------------------------------------------------------------------------------


def test_it_is_given_away_for_good(app: Sandbox) -> None:
    spare = filled(app, "python")
    lifecycle.ensure(app)
    assert (app.handle["id"], app.state, state_of_box(app)) == (spare.box, SandboxState.READY, "running")
    assert told(app) == ["creating", "ready"]
    assert not Spare.objects.exists()
    sync.sync(app, manifest_of(app))
    filling.fill()
    reaper.reap()
    assert Spare.objects.get().box != spare.box
    lifecycle.destroy(app)
    assert state_of(spare) == "gone", "nobody else is given it afterwards"


def test_one_of_another_kind_is_left(app: Sandbox) -> None:
    spare = filled(app, "node-api")
    assert lifecycle.ensure(app).handle["id"] != spare.box
    assert Spare.objects.get() == spare


def test_one_that_died_is_passed_over(app: Sandbox) -> None:
    spare = filled(app, "python")
    loop.call(boxes.every()["process"].destroy({"backend": "process", "id": spare.box}), 20)
    assert lifecycle.ensure(app).handle["id"] != spare.box
    assert (state_of_box(app), Spare.objects.count()) == ("running", 0)


def test_many_at_once_never_get_one_box_twice(make_app: MakeApp) -> None:
    """By their rows alone: eight apps, five boxes."""
    backend, info = loop.call(boxes.chosen(), 60)
    recipe = spares.recipe(BY_NAME["python"], backend, info)
    for _ in range(5):
        one = uuid.uuid4()
        handle = {"backend": "process", "id": one.hex, "stack": "python"}
        state = SpareState.READY
        Spare.objects.create(id=one, stack="python", backend="process", recipe=recipe, state=state, handle=handle)
    boxes_of = {spare.box for spare in Spare.objects.all()}
    waiting = [make_app(apps.FLASK) for _ in range(8)]
    for sandbox in waiting:
        assert states.move(sandbox, SandboxState.CREATING)
    given: list[str] = []

    def want(sandbox: Sandbox) -> None:
        mine = Sandbox.objects.select_related("project", "branch").get(pk=sandbox.pk)
        if handle := spares.give(mine, BY_NAME["python"]):
            given.append(handle["id"])

    threads.together(*(partial(want, sandbox) for sandbox in waiting))
    assert sorted(given) == sorted(boxes_of)
    known = [sandbox.handle["id"] for sandbox in Sandbox.objects.exclude(handle={})]
    assert sorted(known) == sorted(boxes_of)
    assert not Spare.objects.exists()


def test_whoever_moved_the_row_meanwhile_leaves_the_box_in_the_pool(app: Sandbox) -> None:
    spare = filled(app, "python")
    assert states.move(app, SandboxState.CREATING)
    stale = Sandbox.objects.select_related("project", "branch").get(pk=app.pk)
    assert states.move(app, SandboxState.ABSENT)
    assert spares.give(stale, BY_NAME["python"]) is None
    assert Spare.objects.get() == spare


def test_a_box_that_is_given_away_is_not_drained_by_a_leader_that_saw_it_before(app: Sandbox) -> None:
    seen = [filled(app, "python")]
    lifecycle.ensure(app)
    filling._end(seen)
    assert state_of_box(app) == "running"


# --- killed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["prepare", "create"])
def test_a_leader_killed_while_it_makes_one_leaves_nothing(
    app: Sandbox, monkeypatch: pytest.MonkeyPatch, no_grace: None, place: str
) -> None:
    """`create`: its row is there, and no box. `prepare`: both are."""
    lately(app, "python")
    with monkeypatch.context() as patched:
        patched.setattr(warming if place == "prepare" else boxes.every()["process"], place, die)
        fill = partial(once, filling.DUTY, filling.fill, every=filling.EVERY)
        assert in_another_process(fill) == -signal.SIGKILL
    [left] = Spare.objects.all()
    assert (left.state, state_of(left)) == (SpareState.MAKING, "running" if place == "prepare" else "gone")
    reaper.reap()
    assert Spare.objects.exists(), "as long as the dead one's lease runs, it may be alive"
    duties.free_all()
    reaper.reap()
    assert (Spare.objects.count(), state_of(left), alive()) == (0, "gone", set())


def test_a_leader_after_a_dead_one_begins_with_what_that_left(
    app: Sandbox, monkeypatch: pytest.MonkeyPatch, no_grace: None
) -> None:
    lately(app, "python")
    with monkeypatch.context() as patched:
        patched.setattr(warming, "prepare", die)
        assert in_another_process(filling.fill) == -signal.SIGKILL
    [left] = Spare.objects.all()
    filling.fill()
    assert Spare.objects.get().state == SpareState.READY
    reaper.reap()
    assert alive() == {Spare.objects.get().box}
    assert state_of(left) == "gone"


def test_whoever_lost_the_lease_over_making_one_ends_it(app: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lately(app, "python")
    really = warming.prepare

    async def overtaken(*arguments: object) -> object:
        await asyncio.to_thread(forget)
        return await really(*arguments)  # type: ignore[arg-type]

    def forget() -> None:
        try:
            filling.forget_unfinished()
        finally:
            connection.close()

    monkeypatch.setattr(warming, "prepare", overtaken)
    filling.fill()
    assert (Spare.objects.count(), alive()) == (0, set())


def test_one_killed_before_it_is_given_stays_in_the_pool(app: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    spare = filled(app, "python")
    with monkeypatch.context() as patched:
        patched.setattr("sandboxes.runtime.states.move_quietly", die)
        assert in_another_process(partial(lifecycle.ensure, app)) == -signal.SIGKILL
    assert Spare.objects.get() == spare
    Sandbox.objects.filter(pk=app.pk).update(updated_at=timezone.now() - timedelta(seconds=21))
    assert lifecycle.ensure(app).handle["id"] == spare.box


def test_whoever_dies_over_a_box_it_was_given_is_followed_by_one_who_uses_it(
    app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare = filled(app, "python")
    with monkeypatch.context() as patched:
        patched.setattr(lifecycle, "_answers", die)
        assert in_another_process(partial(lifecycle.ensure, app)) == -signal.SIGKILL
    Sandbox.objects.filter(pk=app.pk).update(updated_at=timezone.now() - timedelta(seconds=21))
    assert lifecycle.ensure(app).handle["id"] == spare.box
    assert (app.state, state_of_box(app)) == (SandboxState.READY, "running")


def test_whoever_dies_over_a_box_it_was_given_leaves_it_to_the_reaper(
    app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare = filled(app, "python")
    with monkeypatch.context() as patched:
        patched.setattr(lifecycle, "_answers", die)
        assert in_another_process(partial(lifecycle.ensure, app)) == -signal.SIGKILL
    reaper.reap()
    assert state_of(spare) == "paused", "what was moved just now is somebody else's"
    Sandbox.objects.filter(pk=app.pk).update(updated_at=timezone.now() - timedelta(seconds=26))
    duties.Duty.objects.filter(name=lifecycle._name(app)).update(taken_until=Now())  # the lease of the dead is over
    reaper.reap()
    app.refresh_from_db()
    assert (app.state, app.handle, state_of(spare)) == (SandboxState.ABSENT, {}, "gone")
    assert (Spare.objects.count(), alive()) == (0, set())


def test_a_box_that_died_in_the_pool_is_forgotten(app: Sandbox) -> None:
    spare = filled(app, "python")
    loop.call(boxes.every()["process"].destroy({"backend": "process", "id": spare.box}), 20)
    assert reaper.reap()["forgotten"] == 1
    assert not Spare.objects.exists()


def test_the_reaper_leaves_what_is_ready_alone(app: Sandbox, no_grace: None) -> None:
    spare = filled(app, "python")
    reaper.reap()
    assert (Spare.objects.get(), state_of(spare)) == (spare, "paused")


def test_when_the_machine_stops_none_is_left(app: Sandbox) -> None:
    filled(app, "python")
    filling.drain_all()
    assert (Spare.objects.count(), alive()) == (0, set())


def test_an_app_can_be_used_at_once(app: Sandbox) -> None:
    filled(app, "python")
    lifecycle.ensure(app)
    assert in_box.ask(app, lambda wire: wire.exec(["pwd"], timeout=10)).output == "/workspace\n"
