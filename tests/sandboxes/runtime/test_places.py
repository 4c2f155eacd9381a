"""So many boxes at once, and a fair line for those that find no place."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from projects import feed
from projects.enums import AuthorKind
from projects.models import Branch, User
from projects.services import changesets, projects
from sandboxes.enums import SandboxState
from sandboxes.errors import NoPlace, Stopped
from sandboxes.models import Sandbox
from sandboxes.runtime import lifecycle, places, states, waking
from sandboxes.services import sandboxes
from tests import locks, threads
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, alice, apply
from tests.sandboxes.runtime.standing import die, in_another_process
from tests.sandboxes.runtime.test_lifecycle import told

__all__ = ["alice"]

pytestmark = [pytest.mark.usefixtures("transactional_db"), pytest.mark.timeout(240)]

LONG_AGO = timedelta(hours=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def waiting(*owners: int) -> list[places.Waiting]:
    """One after the other, each named by its place."""
    return [places.Waiting(UUID(int=at), owner, BEGIN + timedelta(seconds=at)) for at, owner in enumerate(owners)]


def order(line: list[places.Waiting], held: dict[int, int], most_each: int = 0) -> list[int]:
    return [one.int for one in places.in_turn(line, Counter(held), most_each)]


@pytest.fixture
def make(alice: User) -> Callable[..., Sandbox]:
    """An app whose box is one by its row alone."""

    def make(owner: User = alice, *, holds: bool = False, unused: timedelta | None = None) -> Sandbox:
        project = projects.create(name="An app", by=owner)
        branch = Branch.objects.get(project=project)
        apply(branch, apps.FLASK)
        sandbox = sandboxes.for_branch(branch)
        if holds:
            moment = timezone.now() - (unused or timedelta(0))
            handle = {"backend": "process", "id": sandbox.pk.hex, "stack": "python"}
            values = {"state": "paused" if unused else "ready", "handle": handle, "touched_at": moment}
            Sandbox.objects.filter(pk=sandbox.pk).update(updated_at=moment, **values)
            sandbox.refresh_from_db()
        return sandbox

    return make


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob@example.com", name="Bob")


def try_for(sandbox: Sandbox) -> str:
    """Why not, or nothing."""
    try:
        assert places.take(sandbox, SandboxState.CREATING)
    except places.Taken as taken:
        places.stand_in_line(sandbox, taken.reason)
        return taken.reason
    return ""


# --- the line ----------------------------------------------------------------------------------------


def test_who_has_fewest_comes_first_and_of_equals_who_waits_longest() -> None:
    assert order(waiting(1, 1, 1, 2, 3), {}) == [0, 3, 4, 1, 2]
    assert order(waiting(1, 1, 1, 2, 3), {1: 2, 2: 1}) == [4, 3, 0, 1, 2]


def test_fifty_of_one_keep_nobody_waiting_for_more_than_one() -> None:
    line = waiting(*[1] * 50, 2)
    assert order(line, {}).index(50) == 1


def test_who_has_as_many_as_may_is_before_nobody() -> None:
    assert order(waiting(1, 1, 2), {1: 2}, most_each=3) == [2, 0]
    assert order(waiting(1, 2), {1: 3}, most_each=3) == [1]


# --- places ------------------------------------------------------------------------------------------


def test_without_limits_everybody_has_a_place(make: Callable[..., Sandbox], settings: Settings) -> None:
    settings.SANDBOX_MOST = settings.SANDBOX_MOST_EACH = 0
    for _ in range(10):
        assert try_for(make()) == ""


def test_it_is_said_how_many_are_before(make: Callable[..., Sandbox], settings: Settings, bob: User) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 1, 0
    assert try_for(make()) == ""
    first, second, third = make(), make(), make(bob)
    assert try_for(first) == "All places are taken by apps in use. Yours is the next to start."
    assert try_for(second) == "One app is started before yours."
    # Bob has none yet: he comes before everybody who has one.
    assert try_for(third) == "All places are taken by apps in use. Yours is the next to start."
    assert places.advance() == []
    for one in (first, second):
        one.refresh_from_db()
    assert (first.state, first.note) == (SandboxState.WAITING, "One app is started before yours.")
    assert second.note == "Two apps are started before yours."
    events = [one.payload for one in feed.since(second.project_id, 0) if one.kind == "sandbox_changed"]
    assert [payload["note"] for payload in events] == [
        "One app is started before yours.",
        "Two apps are started before yours.",
    ]


def test_of_one_owner_as_many_run_as_may(make: Callable[..., Sandbox], settings: Settings, bob: User) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 0, 2
    assert [try_for(make()), try_for(make())] == ["", ""]
    assert try_for(make()) == "2 apps of this owner run already, as many as may. One has to rest first."
    assert try_for(make(bob)) == "", "nobody waits for him"


def test_nobody_overtakes_by_asking_at_the_right_moment(
    make: Callable[..., Sandbox], settings: Settings, bob: User
) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 1, 0
    holder = make(holds=True)
    first, late = make(bob), make(bob)
    assert try_for(first)
    states.move(holder, SandboxState.SLEEPING, handle={})
    assert try_for(late) == "One app is started before yours."
    assert places.advance() == [str(first.pk)]
    assert try_for(first) == ""


@pytest.mark.parametrize("at_once", [8])
def test_many_at_once_take_no_more_places_than_there_are(
    make: Callable[..., Sandbox], settings: Settings, bob: User, at_once: int
) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 3, 2
    made = [make(owner) for owner in [None, bob] * (at_once // 2) for owner in ([owner] if owner else [])]
    made += [make() for _ in range(at_once // 2)]
    said: list[str] = []

    def want(sandbox: Sandbox) -> None:
        with locks.in_order():
            said.append(try_for(Sandbox.objects.select_related("project", "branch").get(pk=sandbox.pk)))

    threads.together(*(partial(want, sandbox) for sandbox in made))
    assert said.count("") == 3
    taken = Sandbox.objects.filter(state=SandboxState.CREATING)
    assert taken.count() == 3
    assert max(Counter(taken.values_list("project__owner", flat=True)).values()) <= 2
    assert Sandbox.objects.filter(state=SandboxState.WAITING).count() == at_once - 3


# --- making room -------------------------------------------------------------------------------------


def test_the_longest_unused_is_named_first_and_what_is_used_never(
    make: Callable[..., Sandbox], settings: Settings
) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 3, 0
    make(holds=True)
    newer, older = make(holds=True, unused=LONG_AGO), make(holds=True, unused=LONG_AGO * 2)
    with pytest.raises(places.Taken) as taken:
        places.take(make(), SandboxState.CREATING)
    assert taken.value.idle == [older, newer]


def test_who_may_have_no_more_makes_only_his_own_rest(
    make: Callable[..., Sandbox], settings: Settings, bob: User
) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 0, 1
    make(bob, holds=True, unused=LONG_AGO)
    mine = make(holds=True, unused=LONG_AGO)
    with pytest.raises(places.Taken) as taken:
        places.take(make(), SandboxState.CREATING)
    assert taken.value.idle == [mine]


@pytest.mark.box
def test_the_longest_unused_is_put_away_for_a_new_one(make_app: MakeApp, settings: Settings) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 2, 0
    first, second, third = (make_app(apps.FLASK) for _ in range(3))
    for sandbox in (first, second):
        lifecycle.ensure(sandbox)
        lifecycle.suspend(str(sandbox.pk))
    lifecycle.ensure(third)
    states_of = [Sandbox.objects.get(pk=one.pk).state for one in (first, second, third)]
    assert states_of == [SandboxState.SLEEPING, SandboxState.PAUSED, SandboxState.READY]


@pytest.mark.box
def test_a_visit_waits_in_the_line_and_comes_when_its_turn_does(make_app: MakeApp, settings: Settings) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 1, 0
    first, second = make_app(apps.FLASK), make_app(apps.FLASK)
    waking.wake(str(first.pk))
    waking.wake(str(second.pk))
    second.refresh_from_db()
    assert (second.state, second.handle) == (SandboxState.WAITING, {})
    assert second.note == "All places are taken by apps in use. Yours is the next to start."
    assert places.advance() == []
    lifecycle.stop(str(first.pk))
    assert places.advance() == [str(second.pk)]
    waking.wake(str(second.pk))
    second.refresh_from_db()
    assert (second.state, second.note, second.waits_since) == (SandboxState.READY, "", None)
    assert told(second) == ["waiting", "creating", "ready"]


# --- waiting, stopping, dying ------------------------------------------------------------------------


def test_whoever_waits_gets_the_place_that_becomes_free(make: Callable[..., Sandbox], settings: Settings) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 1, 0
    settings.SANDBOX_BACKEND = "none"
    holder, mine = make(holds=True), make()
    ended: list[float] = []

    def wait() -> None:
        began = time.monotonic()
        with pytest.raises(NoPlace):
            lifecycle.ensure(Sandbox.objects.select_related("project", "branch").get(pk=mine.pk), in_line=2)
        ended.append(time.monotonic() - began)

    settings.SANDBOX_BACKEND = "process"
    threads.together(wait)
    assert ended[0] >= 2
    mine.refresh_from_db()
    assert mine.state == SandboxState.WAITING, "its place is kept"
    assert holder.handle


def test_stopped_while_it_waits_it_leaves_the_line(make: Callable[..., Sandbox], settings: Settings) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 1, 0
    make(holds=True)
    mine = make()
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    with pytest.raises(Stopped):
        lifecycle.ensure(mine, should_stop=stop.is_set, in_line=60)
    mine.refresh_from_db()
    assert (mine.state, mine.waits_since, mine.note) == (SandboxState.ABSENT, None, "")
    assert told(mine) == ["waiting", "absent"]


def test_whoever_dies_in_the_line_keeps_its_place(
    make: Callable[..., Sandbox], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 1, 0
    holder, mine, later = make(holds=True), make(), make()
    with monkeypatch.context() as patched:
        patched.setattr("sandboxes.runtime.lifecycle.time.sleep", die)
        assert in_another_process(partial(lifecycle.ensure, mine, in_line=60)) == -signal.SIGKILL
    try_for(later)
    states.move(holder, SandboxState.SLEEPING, handle={})
    assert places.advance() == [str(mine.pk)]


def test_an_app_that_its_job_does_not_ask_for_any_more_leaves_the_line(
    make: Callable[..., Sandbox], settings: Settings
) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 1, 0
    make(holds=True)
    mine = make()
    lifecycle.show(mine, changesets.open(branch=mine.branch, author_kind=AuthorKind.AGENT))
    assert try_for(mine)
    assert places.advance() == []
    assert Sandbox.objects.get(pk=mine.pk).state == SandboxState.WAITING
    Sandbox.objects.filter(pk=mine.pk).update(touched_at=timezone.now() - timedelta(minutes=6))
    assert places.advance() == []
    assert Sandbox.objects.get(pk=mine.pk).state == SandboxState.ABSENT


def test_what_a_job_asks_for_is_not_started_half_written_by_anybody_else(
    make: Callable[..., Sandbox], settings: Settings
) -> None:
    settings.SANDBOX_MOST, settings.SANDBOX_MOST_EACH = 1, 0
    holder, mine = make(holds=True), make()
    lifecycle.show(mine, changesets.open(branch=mine.branch, author_kind=AuthorKind.AGENT))
    assert try_for(mine)
    states.move(holder, SandboxState.SLEEPING, handle={})
    assert places.advance() == []
    mine.refresh_from_db()
    assert try_for(mine) == ""
