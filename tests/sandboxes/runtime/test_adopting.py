"""A box that stands without a row that knows it, taken up again by its sandbox."""

import pytest
from django.utils import timezone

from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.runtime import adopting, boxes, lifecycle, waking
from sandboxes.wire import FileWrite
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.standing import fresh
from tests.sandboxes.runtime.test_lifecycle import state_of_box

pytestmark = pytest.mark.box


@pytest.fixture
def forgotten(make_app: MakeApp) -> Sandbox:
    """Its row has let go of a box that was not ended, and in which somebody wrote meanwhile."""
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    shown = fresh(sandbox)
    boxes.ask(shown, lambda wire: wire.write([FileWrite("templates/index.html", b"not the project's")]))
    lost: dict[str, object] = {"state": SandboxState.FAILED, "error": "Nobody knows.", "handle": {}, "port": None}
    Sandbox.objects.filter(pk=sandbox.pk).update(**lost, updated_at=timezone.now())
    return shown


def test_the_box_is_the_same_and_holds_what_the_project_holds(forgotten: Sandbox) -> None:
    adopting.adopt(str(forgotten.pk))
    found = fresh(forgotten)
    assert (found.state, found.error, found.handle["id"]) == (SandboxState.READY, "", forgotten.handle["id"])
    assert (found.handle["stack"], found.handle["isolation"]) == ("python", "namespace")
    assert found.port
    page = boxes.ask(found, lambda wire: wire.read("templates/index.html"))
    assert page.decode() == apps.FLASK["templates/index.html"]


def test_one_that_has_a_box_keeps_it(make_app: MakeApp, forgotten: Sandbox) -> None:
    again = lifecycle.ensure(Sandbox.objects.get(pk=forgotten.pk))
    adopting.adopt(str(forgotten.pk))
    assert fresh(forgotten).handle["id"] == again.handle["id"] != forgotten.handle["id"]
    lifecycle.end_box({"backend": "process", "id": forgotten.handle["id"]})


def test_where_none_stands_one_is_made(forgotten: Sandbox) -> None:
    lifecycle.end_box({"backend": "process", "id": forgotten.handle["id"]})
    adopting.adopt(str(forgotten.pk))
    assert fresh(forgotten).handle["id"] != forgotten.handle["id"]
    assert state_of_box(fresh(forgotten)) == "running"
