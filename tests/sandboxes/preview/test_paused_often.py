"""Hundreds of visits to a box that stands still: each is answered by the app, and one that is not says all there is."""

import time
from collections.abc import Callable

import pytest

from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.runtime import lifecycle
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor
from tests.sandboxes.runtime.standing import paused, shown
from tests.sandboxes.runtime.test_lifecycle import state_of_box

pytestmark = [
    pytest.mark.docker,
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.usefixtures("transactional_db", "on_engine"),
]

BOXES, VISITS = 20, 25


def test_every_visit_to_a_paused_box_is_answered_by_the_app(
    visitor: Visitor,
    make_app: MakeApp,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    """Of boxes whose server has begun just now, and of those that have been paused often."""
    caplog.set_level("DEBUG", logger="sandboxes")
    app, took = make_app(apps.FLASK), list[float]()
    for _ in range(BOXES):
        app = shown(app)
        for _ in range(VISITS):
            caplog.clear()
            paused(app)
            began = time.monotonic()
            page = visitor.get(app)
            took.append(time.monotonic() - began)
            assert page.status_code == 200, f"{state_of_box(app)} {page.status_code} {page.text}\n{caplog.text}"
        lifecycle.put_away(Sandbox.objects.select_related("project").get(pk=app.pk), SandboxState.SLEEPING)
    took.sort()
    record_property("figure", f"{len(took)} visits, p50 {took[len(took) // 2]:.3f} s, at most {took[-1]:.3f} s")
