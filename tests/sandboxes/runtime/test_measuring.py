"""Samples of real boxes, and how long they stay."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sandboxes.enums import SandboxState
from sandboxes.models import Sample, Sandbox
from sandboxes.runtime import lifecycle, measuring, reaper
from tests.installation import wait_for
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.test_lifecycle import kill_box

pytestmark = pytest.mark.box


@pytest.fixture
def running(make_app: MakeApp) -> Sandbox:
    """Its back end looks every two seconds."""
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    wait_for(_is_measured, seconds=20, what="the first look of the back end")
    Sample.objects.all().delete()
    return sandbox


def _is_measured() -> bool:
    return measuring.measure(timezone.now()) == 1


def test_a_box_that_runs_is_measured(running: Sandbox) -> None:
    now = timezone.now()
    assert measuring.measure(now) == 1
    sample = Sample.objects.get()
    assert (sample.sandbox, sample.taken_at, sample.box) == (running, now, running.handle["id"])
    assert sample.memory_bytes > 1 << 20
    assert 1 <= sample.processes <= 20
    assert sample.cpu_share is None


def test_the_next_one_tells_what_was_used_since(running: Sandbox) -> None:
    now = timezone.now()
    measuring.measure(now)
    Sample.objects.update(cpu_seconds=0.0)
    measuring.measure(now + timedelta(seconds=30))
    newest = Sample.objects.first()
    assert newest is not None
    assert newest.cpu_share == round(newest.cpu_seconds / 30, 4)
    Sample.objects.filter(pk=newest.pk).update(box="another")
    measuring.measure(now + timedelta(seconds=60))
    assert Sample.objects.order_by("-taken_at").values_list("cpu_share", flat=True)[0] is None


def test_rounds_that_follow_at_once_take_none(running: Sandbox) -> None:
    now = timezone.now()
    assert [measuring.measure(now + timedelta(seconds=late)) for late in (0, 19, 21)] == [1, 0, 1]


def test_old_ones_go(running: Sandbox) -> None:
    now = timezone.now()
    measuring.measure(now - timedelta(days=1, seconds=1))
    measuring.measure(now)
    assert [sample.taken_at for sample in Sample.objects.all()] == [now]


def test_what_does_not_run_has_none(running: Sandbox) -> None:
    kill_box(running)
    Sandbox.objects.filter(pk=running.pk).update(handle={"backend": "process", "id": "nobody"})
    assert measuring.measure(timezone.now()) == 0
    Sandbox.objects.filter(pk=running.pk).update(handle={"backend": "unknown", "id": "nobody"})
    assert measuring.measure(timezone.now()) == 0
    lifecycle.put_away(Sandbox.objects.select_related("project").get(pk=running.pk), SandboxState.STOPPED)
    assert measuring.measure(timezone.now()) == 0


def test_the_reaper_takes_them(running: Sandbox) -> None:
    reaper.reap()
    assert Sample.objects.count() == 1
