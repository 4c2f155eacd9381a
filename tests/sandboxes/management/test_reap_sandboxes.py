"""`manage.py reap_sandboxes`: one round, and what it did."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sandboxes.backends.base import OwnedRef
from sandboxes.models import Sandbox
from sandboxes.runtime import lifecycle, reaper
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.standing import unused_for
from tests.sandboxes.runtime.test_lifecycle import kill_box

pytestmark = [pytest.mark.box, pytest.mark.usefixtures("transactional_db")]


def reap() -> str:
    told = io.StringIO()
    call_command("reap_sandboxes", stdout=told)
    return told.getvalue()


def test_it_says_that_there_was_nothing_to_do() -> None:
    assert reap() == "Nothing had to be done.\n"


def test_it_says_what_it_did(make_app: MakeApp) -> None:
    killed, idle, long_idle = (lifecycle.ensure(make_app(apps.FLASK)) for _ in range(3))
    kill_box(killed)
    unused_for(idle, timedelta(minutes=2))
    unused_for(long_idle, reaper.IDLE)
    said = reap().splitlines()
    assert {"1 corrected", "1 paused", "1 put away"} <= set(said)
    states = {one.pk: one.state for one in Sandbox.objects.all()}
    assert (states[killed.pk], states[idle.pk], states[long_idle.pk]) == ("sleeping", "paused", "sleeping")


def test_what_could_not_be_done_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a box, found in a damaged file, is none that a box can have."""
    unnamed = OwnedRef({"backend": "process", "id": "not a name"}, "stopped", timezone.now() - timedelta(hours=1), {})
    monkeypatch.setattr(reaper, "_owned", lambda: iter([unnamed]))
    with pytest.raises(CommandError, match="1 could not be done"):
        reap()
